#!/usr/bin/env bash
# narwhals 2.29.0 on a PyArrow 26.0.0 table: the median of a group is Arrow's *approximate* median. In a group of two it is
# the smaller of both, not their mean. On pandas and on Polars the same
# expression gives the exact median, so one text has two answers.
# Seen: a (1, 29) -> 1.0 and b (1, 2, 10, 20) -> 6.0; pandas says 15.0 and 6.0.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet narwhals==2.29.0 pyarrow==26.0.0 pandas==3.1.1
"$folder/v/bin/python" - <<'PYTHON'
import narwhals as nw
import pandas as pd
import pyarrow as pa

rows = {"group": ["a", "a", "b", "b", "b", "b"], "value": [1.0, 29.0, 1.0, 2.0, 10.0, 20.0]}


def medians(frame):
    found = nw.from_native(frame).group_by("group").agg(nw.col("value").median())
    return dict(found.sort("group").iter_rows())


arrow, pandas = medians(pa.table(rows)), medians(pd.DataFrame(rows))
print("narwhals", nw.__version__, "pyarrow", pa.__version__)
print("PyArrow:", arrow, "pandas:", pandas)
assert pandas == {"a": 15.0, "b": 6.0}, pandas
assert arrow["a"] == 1.0, "the median of two is exact now"
PYTHON

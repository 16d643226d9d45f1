#!/usr/bin/env bash
# narwhals 2.29.0 doesn't know the type of a pandas column whose time zone has an underscore or a hyphen in its
# name: America/New_York and Etc/GMT-8 are `Unknown`, Asia/Shanghai is a Datetime. Converting such a column's zone then
# ends in an AttributeError, though replacing the zone works. Polars and PyArrow columns of the same zones are fine.
#
# Seen (Python 3.11, pandas 3.1.1):
#   pandas   Asia/Shanghai       Datetime(time_unit='us', time_zone='Asia/Shanghai')
#   pandas   America/New_York    Unknown: 'Unknown' object has no attribute 'time_zone'
#   pandas   Etc/GMT-8           Unknown: 'Unknown' object has no attribute 'time_zone'
#   pyarrow  America/New_York    Datetime(time_unit='us', time_zone='America/New_York')
# trainkit reads the zone from pandas itself (metrics/days.py, `own_zone`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check narwhals==2.29.0 pandas==3.1.1 pyarrow==26.0.1
"$folder/env/bin/python" - <<'PY'
import sys

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa

print("narwhals", nw.__version__ if hasattr(nw, "__version__") else __import__("narwhals").__version__, "pandas", pd.__version__)
at = pd.Series(pd.to_datetime(["2025-01-31 20:00"]))
unknown = []
for zone in ("Asia/Shanghai", "America/New_York", "Etc/GMT-8"):
    series = nw.from_native(at.dt.tz_localize(zone), series_only=True)
    try:
        series.dt.convert_time_zone("UTC")
        error = ""
    except AttributeError as caught:
        error = f": {caught}"
    unknown.append(series.dtype == nw.Unknown)
    print(f"pandas   {zone:19} {series.dtype}{error}")
arrow = nw.from_native(pa.chunked_array([pa.array(at.dt.tz_localize("America/New_York"))]), series_only=True)
print(f"pyarrow  {'America/New_York':19} {arrow.dtype}")
sys.exit(unknown != [False, True, True] or arrow.dtype == nw.Unknown)
PY

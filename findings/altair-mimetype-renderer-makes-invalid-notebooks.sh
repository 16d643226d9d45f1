#!/usr/bin/env bash
# Altair 6.3.0, renderer "mimetype" (the one for JupyterLab): the chart is displayed under
# "application/vnd.vegalite.v6.json". nbformat lets a value be an object only under a type that ends in "+json", so
# a notebook that was run with this renderer isn't valid, and tools that validate what they write refuse it.
# Seen: NotebookValidationError.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet altair==6.3.0 nbformat==5.10.4
"$folder/v/bin/python" - <<'PYTHON'
import altair as alt
import nbformat
from nbformat import v4

alt.renderers.enable("mimetype")
chart = alt.Chart(alt.Data(values=[{"a": 1}])).mark_bar().encode(x="a:Q")
bundle = chart._repr_mimebundle_()
data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
print("altair", alt.__version__, "nbformat", nbformat.__version__)
print("types:", sorted(data))
try:
    cell = v4.new_code_cell("chart", outputs=[v4.new_output("display_data", data=data)])
    nbformat.validate(v4.new_notebook(cells=[cell]))
except nbformat.ValidationError as error:
    print("refused:", type(error).__name__)
    assert "application/vnd.vegalite.v6.json" in data
else:
    raise SystemExit("the notebook is valid now")
PYTHON

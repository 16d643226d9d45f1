#!/usr/bin/env bash
# vl-convert-python 1.9.0.post1: the SVG of one Vega-Lite chart differs from machine to machine, because texts are
# measured with whatever fonts are installed: axes, legends and the width of the whole picture move. So notebooks with
# stored SVG charts differ in every line that two people build, and labels are cut off where a font is missing.
# A font folder that is registered, with a family that the chart names first, makes them equal everywhere.
# Seen: two different widths with and without fonts; equal bytes with the same folder registered.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet vl-convert-python==1.9.0.post1 matplotlib==3.10.0 # it brings DejaVu Sans as a file
fonts=$("$folder/v/bin/python" -c "import matplotlib; print(matplotlib.get_data_path() + '/fonts/ttf')")
mkdir "$folder/none"
for name in none fonts; do
  where="$folder/none"; [ $name = fonts ] && where=$fonts
  printf '<?xml version="1.0"?><fontconfig><dir>%s</dir></fontconfig>' "$where" > "$folder/$name.conf"
done
cat > "$folder/draw.py" <<'PYTHON'
import hashlib
import re
import sys

import vl_convert

if len(sys.argv) > 1:
    vl_convert.register_font_directory(sys.argv[1])
spec = {
    "data": {"values": [{"channel": "Recommendation by a partner", "customers": 12}, {"channel": "Fair", "customers": 7}]},
    "mark": "bar",
    "encoding": {
        "y": {"field": "channel", "axis": {"labelLimit": 400}},
        "x": {"field": "customers", "type": "quantitative"},
    },
    "config": {"font": "DejaVu Sans"},
}
svg = vl_convert.vegalite_to_svg(spec)
print(re.search(r'width="(\d+)', svg)[1], hashlib.sha256(svg.encode()).hexdigest()[:12])
PYTHON
draw() { FONTCONFIG_FILE="$folder/$1.conf" "$folder/v/bin/python" "$folder/draw.py" "${@:2}"; }
without=$(draw none); with=$(draw fonts); registered_without=$(draw none "$fonts"); registered_with=$(draw fonts "$fonts")
echo "no fonts: $without; fonts installed: $with; registered: $registered_without and $registered_with"
[ "$without" != "$with" ] || { echo "installed fonts make no difference now"; exit 1; }
[ "$registered_without" = "$registered_with" ] || { echo "a registered font doesn't decide alone now"; exit 1; }

"""JupyterLab and Voila under one command and one address, for one trainee on one machine."""

from trainkit.startup import block_slow_grammars

# Here, because all modules of this room import Jupyter, and each would be a second slower without.
block_slow_grammars()

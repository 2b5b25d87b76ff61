"""lmcourse: the models, training loops and checks behind the workbook "Large models, run and measured"."""

import os

__version__ = "0.1.0"

# Two caches of torch's keep what oneDNN compiled for each shape of a product in bfloat16, 1,024 entries each, and a
# training on real texts meets a new shape at nearly every step. 128 entries are as fast, and 450 MB smaller.
COMPILED = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
for _name in COMPILED:
    os.environ.setdefault(_name, "128")

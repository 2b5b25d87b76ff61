"""lmcourse: the models, training loops and checks behind the workbook "Large models, run and measured"."""

import os

__version__ = "0.1.0"

# Two caches of torch's keep what oneDNN compiled for each shape of a product in bfloat16, 1,024 entries each, and a
# training on real texts meets a new shape at nearly every step. So few entries are as fast, and much smaller.
COMPILED = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "256", "LRU_CACHE_CAPACITY": "16"}
for _name, _entries in COMPILED.items():
    os.environ.setdefault(_name, _entries)

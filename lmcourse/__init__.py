"""lmcourse: the models, training loops and checks behind the workbook "Large models, run and measured"."""

import os
import sys

__version__ = "0.1.0"

# Two caches of torch's keep what oneDNN compiled for each shape of a product in bfloat16, 1,024 entries each, 300 KB an
# entry, and real texts bring a new shape with nearly every batch. 512 hold those of single sentences (with 256 each
# takes a quarter longer). A chapter's kernel stays open behind its training: there 64 save 50 MB in each chapter.
COMPILED = {
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "64" if "ipykernel" in sys.modules else "512",
    "LRU_CACHE_CAPACITY": "16",
}
for _name, _entries in COMPILED.items():
    os.environ.setdefault(_name, _entries)

# numpy and scipy each bring an OpenBLAS with threads of its own, which wait for each other's cores by spinning: on two
# cores a logistic regression takes ten to thirty times as long as with one thread, for the same result.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

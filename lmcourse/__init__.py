"""lmcourse: the models, training loops and checks behind the workbook "Large models, run and measured"."""

__version__ = "0.1.0"

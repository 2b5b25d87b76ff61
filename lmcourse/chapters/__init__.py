"""Chapters as programs: their declared parameters, running them, sweeping over parameters, and their form.

`contract` parameters and their check · `running` one run · `sweeping` many runs · `anatomy` form, build, check
"""

from lmcourse.chapters.anatomy import build, problems
from lmcourse.chapters.contract import Parameter, check_parameters, parameters
from lmcourse.chapters.running import chapters, find, report, results, run
from lmcourse.chapters.sweeping import sweep

__all__ = [
    "Parameter",
    "build",
    "chapters",
    "check_parameters",
    "find",
    "parameters",
    "problems",
    "report",
    "results",
    "run",
    "sweep",
]

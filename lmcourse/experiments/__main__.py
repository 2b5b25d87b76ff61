import sys

from lmcourse.errors import CourseError
from lmcourse.experiments.registry import EXPERIMENTS, run

try:
    for name in sys.argv[1:] or EXPERIMENTS:
        print(run(name))
except CourseError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)

import sys

from lmcourse.chapters.anatomy import main

sys.exit(main(sys.argv[1:]))

from lmcourse.cli import main

main()

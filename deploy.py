"""The entry: `python deploy.py --help`."""

from twinstack.cli import main

if __name__ == "__main__":
    main()

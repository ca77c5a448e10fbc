"""The nnvisu program as a Python package: `python -m nnvisu` serves the page.

The program itself is installed as the command `nnvisu`; `find_program()` says where.
"""

from nnvisu._program import find_program

__all__ = ["find_program"]

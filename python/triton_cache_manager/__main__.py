# SPDX-License-Identifier: Apache-2.0
"""``python -m triton_cache_manager``: the program itself, in place of this process."""

import os
import sys

from ._program import TcmError, find_program


def main() -> None:
    try:
        program = find_program()
        os.execv(program, ["tcm", *sys.argv[1:]])
    except (TcmError, OSError) as error:
        sys.exit(f"tcm: error: {error}")


main()

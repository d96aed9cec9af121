# SPDX-License-Identifier: Apache-2.0
"""Compiles the kernels of the tests in the cache that the environment names; prints one JSON object.

compile.py TARGET…            the set of kernels for these targets
compile.py --salts N TARGET   N small kernels
compile.py --refused TARGET   a kernel that does not compile
"""

import json
import sys

import kernels
import triton


def wanted(arguments):
    if arguments[0] == "--salts":
        count, target = int(arguments[1]), arguments[2]
        return [(target, kernels.salted_kernel, {"out": "*i32"}, {"SALT": -1 - i}, {}) for i in range(count)]
    if arguments[0] == "--refused":
        return [(arguments[1], kernels.refused_kernel, {"out": "*i32"}, {"SALT": 1}, {})]
    return [(target, *kernel) for target in arguments for kernel in kernels.SET]


def main():
    listener = kernels.Listener()
    done, errors = [], []
    for target, *kernel in wanted(sys.argv[1:]):
        listener.said = None
        try:
            compiled = kernels.compile_one(target, *kernel)
            done.append({"target": target, **kernels.description(compiled, listener.said)})
        except Exception as error:  # pylint: disable=broad-except  # whatever it is, it is reported
            errors.append({"target": target, "kernel": kernel[0].__name__, "error": f"{type(error).__name__}: {error}"})
    print(json.dumps({"version": triton.__version__, "path": triton.__file__, "kernels": done, "errors": errors}))


if __name__ == "__main__":
    main()

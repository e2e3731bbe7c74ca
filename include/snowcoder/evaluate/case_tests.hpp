// SPDX-License-Identifier: Apache-2.0
// Tests that are a class of cases for Python's unittest, as BigCodeBench's (github.com/bigcode-project/bigcodebench 0.2.5:
// eval/__init__.py). They patch names of the program and look at figures, frames and files that it makes, so they run in its
// own process and not beside a proxy. Such a verdict tells what a program does that means no harm: one that sets out to can
// forge it. What else it could do stays behind the walls.
#pragma once

#include <string_view>

namespace snowcoder::evaluate {

/// For the examiner. `run_cases(program, test, finish)`: returns if every case passes.
inline constexpr std::string_view case_tests = R"python(
def run_cases(program, test, finish):
    import contextlib, io, types, unittest
    name = "__test__"                          # what tests patch names of
    module = types.ModuleType(name)
    module.__dict__.update(__file__=name + ".py", sys=sys, os=os, environ=os.environ)
    found = unittest.TestResult()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(program + "\n" + test, name + ".py", "exec"), module.__dict__)
        sys.modules[name] = module
        unittest.TestLoader().loadTestsFromTestCase(module.TestCases).run(found)
    for case, trace in found.failures + found.errors:
        what = [line for line in trace.split("\n") if line[:1].strip() and not line.startswith("Traceback")]
        finish("failed", case.id().split(".")[-1] + ": " + what[0])
    if not found.testsRun: finish("failed", "no case ran")
)python";

}  // namespace snowcoder::evaluate

# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(evaluate SOURCES unit/evaluate/case_tests.cpp unit/evaluate/differential_tests.cpp unit/evaluate/evolved_tests.cpp unit/evaluate/judge.cpp unit/evaluate/judged_files.cpp unit/evaluate/nursery.cpp unit/evaluate/pass_at_k.cpp unit/evaluate/results.cpp)

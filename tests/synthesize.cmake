# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(synthesize SOURCES unit/io/http.cpp unit/io/journal.cpp unit/synthesize/seed.cpp unit/synthesize/rounds.cpp
                                      unit/synthesize/accept.cpp unit/synthesize/recorded_answers.cpp unit/synthesize/run.cpp)

# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(cleaning SOURCES unit/filter/encoded_run.cpp unit/filter/chain.cpp unit/filter/block_pass.cpp unit/privacy/redact.cpp unit/privacy/secret.cpp unit/dedup/near.cpp
                                 unit/decontaminate/detector.cpp unit/corpus/language.cpp unit/corpus/read_unit.cpp
                                 unit/io/benchmark_file.cpp property/clean.cpp)
snowcoder_add_test(prepare SOURCES unit/pipeline/prepare.cpp TIMEOUT 300)

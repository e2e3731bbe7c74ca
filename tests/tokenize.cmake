# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(tokenize SOURCES golden/tokenizer.cpp property/tokenize.cpp unit/tokenize/byte_pair.cpp unit/tokenize/encode.cpp unit/tokenize/pack.cpp
                                    unit/io/megatron.cpp unit/io/tokenizer_file.cpp unit/pipeline/pack.cpp)

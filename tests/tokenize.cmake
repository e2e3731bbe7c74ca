# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(tokenize SOURCES golden/splits.cpp golden/tokenizer.cpp property/tokenize.cpp unit/tokenize/byte_pair.cpp
                                    unit/tokenize/byte_pair_trainer.cpp unit/tokenize/pack.cpp unit/tokenize/split.cpp
                                    unit/io/megatron.cpp unit/io/tokenizer_file.cpp unit/pipeline/document_scatter.cpp
                                    unit/pipeline/pack.cpp)

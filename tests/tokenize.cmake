# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(tokenize SOURCES golden/splits.cpp golden/tokenizer.cpp property/tokenize.cpp unit/tokenize/byte_pair.cpp
                                    unit/tokenize/byte_pair_trainer.cpp unit/tokenize/pack.cpp unit/tokenize/split.cpp
                                    unit/io/megatron.cpp unit/io/tokenizer_file.cpp unit/pipeline/document_scatter.cpp
                                    unit/pipeline/pack.cpp)
snowcoder_add_test(word_piece SOURCES golden/unicode.cpp unit/tokenize/word_piece.cpp unit/io/sentence_piece.cpp)
if(TARGET snowcoder_sentence_piece)
  target_link_libraries(test.word_piece PRIVATE snowcoder_sentence_piece snowcoder_sentence_piece_trainer)
endif()

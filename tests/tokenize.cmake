# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(tokenize SOURCES golden/splits.cpp golden/tokenizer.cpp property/tokenize.cpp unit/tokenize/byte_pair.cpp
                                    unit/tokenize/byte_pair_trainer.cpp unit/tokenize/encode.cpp unit/tokenize/split.cpp
                                    unit/io/tokenizer_file.cpp)
snowcoder_add_test(pack SOURCES unit/tokenize/pack.cpp unit/io/megatron.cpp unit/pipeline/document_scatter.cpp unit/pipeline/pack.cpp
                                unit/pipeline/token_index.cpp unit/pipeline/notebook.cpp)
snowcoder_add_test(word_piece SOURCES golden/unicode.cpp unit/tokenize/word_piece.cpp unit/io/sentence_piece.cpp
                                      unit/pipeline/tokenize_encode.cpp)
if(TARGET snowcoder_sentence_piece)
  target_link_libraries(test.word_piece PRIVATE snowcoder_sentence_piece snowcoder_sentence_piece_trainer)
endif()

# Token files of every way of packing, read by a program that has nothing of ours.
add_executable(packing.tokenize ${PROJECT_SOURCE_DIR}/apps/tokenize.cpp)
target_compile_definitions(packing.tokenize PRIVATE SNOWCODER_RECIPE_HEADER="support/packing_recipe.hpp"
                                                    SNOWCODER_RECIPE=snowcoder::tests::packing_recipe)
target_include_directories(packing.tokenize PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(packing.tokenize PRIVATE snowcoder_data snowcoder_dev)
snowcoder_build_quickly(packing.tokenize)
add_test(NAME end_to_end.packed COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/end_to_end/packed.py
                                        $<TARGET_FILE:packing.tokenize> ${CMAKE_CURRENT_BINARY_DIR}/packed)

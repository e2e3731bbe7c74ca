# SPDX-License-Identifier: Apache-2.0
# Rejections come in twins: the same source must compile plain, and must fail with SNOWCODER_REJECT defined, with the rule's
# name in the compiler's message. The accepting twin proves that the file was compiled at all.
function(snowcoder_rejects name message)
  foreach(twin accepts rejects)
    add_library(reject.${name}.${twin} OBJECT EXCLUDE_FROM_ALL reject/${name}.cpp)
    target_link_libraries(reject.${name}.${twin} PRIVATE snowcoder_data)
    add_test(NAME reject.${name}.${twin} COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target reject.${name}.${twin})
    set_tests_properties(reject.${name}.${twin} PROPERTIES RESOURCE_LOCK build)
  endforeach()
  target_compile_definitions(reject.${name}.rejects PRIVATE SNOWCODER_REJECT)
  set_tests_properties(reject.${name}.rejects PROPERTIES PASS_REGULAR_EXPRESSION "${message}")
endfunction()

snowcoder_rejects(heads heads_must_divide_width)
snowcoder_rejects(vocabulary vocabulary_must_fit_its_token_type)
snowcoder_rejects(warm_up phase_warms_up_longer_than_it_lasts)
snowcoder_rejects(first_phase first_phase_must_read_the_general_corpus)
snowcoder_rejects(phase_names phase_names_must_differ)
snowcoder_rejects(similarity similarity_must_be_a_share)
snowcoder_rejects(shared_vocabulary model_and_tokenizer_must_share_a_vocabulary)
snowcoder_rejects(section section_must_fit_the_encoder)
snowcoder_rejects(filter document_filter)

# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(cleaning SOURCES unit/filter/encoded_run.cpp unit/filter/chain.cpp unit/filter/block_pass.cpp
                                    unit/filter/generated_file.cpp unit/filter/vendored_path.cpp unit/privacy/redact.cpp
                                    unit/privacy/secret.cpp
                                    unit/dedup/near.cpp unit/dedup/licence_expression.cpp unit/decontaminate/detector.cpp unit/decontaminate/condensed_scan.cpp
                                    unit/decontaminate/planted.cpp unit/corpus/language.cpp
                                    unit/io/benchmark_file.cpp property/clean.cpp)
snowcoder_add_test(prepare SOURCES unit/pipeline/prepare.cpp unit/pipeline/prepare_resume.cpp unit/pipeline/prepare_spill.cpp unit/pipeline/exact_copies.cpp unit/pipeline/number_file.cpp TIMEOUT 300)
snowcoder_add_test(duplicates SOURCES unit/dedup/minhash.cpp unit/pipeline/band_partitions.cpp property/duplicates.cpp)
# What prepare reads, with the optional libraries that are there and refusals by name where they are not.
snowcoder_add_test(ingest SOURCES unit/corpus/read_unit.cpp unit/corpus/read_git.cpp unit/io/git_pack.cpp unit/corpus/licence.cpp unit/corpus/notebook.cpp
                                 unit/io/character_set.cpp unit/io/content_hash.cpp unit/io/parquet_file.cpp unit/io/source_row.cpp unit/pipeline/read_ahead.cpp
                   COMPONENTS data ingest TIMEOUT 300)
snowcoder_add_test(hostile_inputs SOURCES property/hostile_inputs.cpp COMPONENTS data ingest TIMEOUT 300)

# The same with what is too large, too many, too deep (nightly: hostile_sizes.py PREPARE SCRATCH real), and what is kept when
# rows are dealt into other files and prepare is killed.
if(TARGET snowcoder_cpu)
  foreach(name hostile_sizes kept_set)
    add_test(NAME ${name} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/property/${name}.py ${SNOWCODER_BIN}/tiny/prepare
                                  ${CMAKE_CURRENT_BINARY_DIR}/${name} small)
    set_tests_properties(${name} PROPERTIES TIMEOUT 600)
  endforeach()
endif()

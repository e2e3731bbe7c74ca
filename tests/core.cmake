# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(core SOURCES unit/core/dtype.cpp unit/core/hash.cpp unit/core/philox.cpp unit/core/text.cpp unit/core/thread_pool.cpp unit/config/accounting.cpp
                                unit/config/fingerprint.cpp unit/config/learning_rate.cpp unit/io/compressed.cpp unit/io/atomic_file.cpp
                                unit/io/document_file.cpp unit/io/external_sort.cpp unit/io/json.cpp unit/pipeline/app.cpp unit/pipeline/processor.cpp unit/pipeline/report.cpp)
snowcoder_add_test(recipes SOURCES unit/recipes/experiments.cpp)
target_include_directories(test.recipes PRIVATE ${PROJECT_SOURCE_DIR}/apps)

# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(train_data SOURCES unit/train/loader.cpp unit/train/checkpoint_file.cpp
                                      unit/train/metrics_file.cpp unit/generate/completion.cpp unit/generate/completion_batch.cpp unit/evaluate/bits_per_byte.cpp COMPONENTS data)
snowcoder_add_test(train_run SOURCES unit/train/run.cpp COMPONENTS data cpu)

# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(annotate SOURCES unit/annotate/sections.cpp unit/annotate/head.cpp unit/annotate/auc.cpp unit/annotate/training_set.cpp
                                    unit/annotate/scorers.cpp unit/annotate/ngram.cpp unit/annotate/explanation.cpp
                                    unit/io/vector_file.cpp COMPONENTS data cpu)
snowcoder_add_test(annotate_run SOURCES unit/pipeline/score_documents.cpp unit/pipeline/annotate.cpp unit/pipeline/encoder_selftest.cpp COMPONENTS data cpu)
snowcoder_add_test(encoder SOURCES golden/encoder.cpp unit/backend/encoder_verbs.cpp COMPONENTS data cpu OPTIMISED)

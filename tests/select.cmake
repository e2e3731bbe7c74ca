# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(select SOURCES unit/select/top_share.cpp unit/select/ranked_selection.cpp unit/io/attribute_columns.cpp)

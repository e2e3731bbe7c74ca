# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(publish SOURCES unit/publish/hugging_face.cpp unit/publish/hugging_face_import.cpp unit/publish/gguf.cpp COMPONENTS data)

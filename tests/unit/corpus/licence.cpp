// SPDX-License-Identifier: Apache-2.0
// Licences by the words at their beginnings, as they stand in real files: other line breaks, letter case, comment marks.
#include <snowcoder/corpus/licence.hpp>

#include "support/catch.hpp"

#include <string>

using namespace snowcoder::corpus;

TEST_CASE("licence texts") {
  struct known {
    char const *name, *text;
  };
  for (auto const& [name, text] : {
           known{"MIT",
                 "The MIT License (MIT)\nCopyright (c) 2015 X\n\nPermission is hereby granted, free of charge, to any "
                 "person\nobtaining "
                 "a copy of this software … shall be included in all\ncopies … GNU General Public"},
           known{"MIT-0",
                 "MIT No Attribution\nPermission is hereby granted, free of charge, to any person obtaining a copy of this "
                 "software, to "
                 "deal in the Software without restriction …\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT"},
           known{"NCSA",
                 "Permission is hereby granted, free of charge, to any person obtaining a copy of this software to deal with "
                 "the Software"},
           known{"Apache-2.0",
                 "                                 Apache License\n                           Version 2.0, January 2004"},
           known{"BSD-2-Clause",
                 "Redistribution and use in source and binary forms, with or\n# without modification\n * 1. Redistributions of "
                 "source code "
                 "must retain the above"},
           known{"BSD-3-Clause",
                 "Redistribution and use in source and binary forms, … Redistributions of source code must retain … Neither "
                 "the name of X"},
           known{"BSD-4-Clause",
                 "Redistribution and use in source and binary forms … 3. All advertising materials mentioning features … 4. "
                 "Neither the name"},
           known{"ISC",
                 "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is "
                 "hereby granted, "
                 "provided that the above copyright notice"},
           known{"0BSD",
                 "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is "
                 "hereby granted."},
           known{"MPL-2.0", "Mozilla Public License Version 2.0\n====="},
           known{"GPL-2.0",
                 "GNU GENERAL PUBLIC LICENSE\n\t\t       Version 2, June 1991 … GNU Lesser General Public License instead"},
           known{"GPL-3.0", "                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007"},
           known{"LGPL-2.1",
                 "                  GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 2.1, February 1999"},
           known{"LGPL-3.0",
                 "GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007 … version 3 of the GNU General Public License"},
           known{"AGPL-3.0", "GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007"},
           known{"Unlicense", "This is free and unencumbered software released into the public domain."},
           known{"CC0-1.0", "Creative Commons Legal Code\n\nCC0 1.0 Universal"},
           known{"Zlib",
                 "This software is provided 'as-is', without any express or implied\nwarranty. … 2. Altered source versions "
                 "must be plainly marked"},
           known{"BSL-1.0", "Boost Software License - Version 1.0 - August 17th, 2003"},
           known{"PostgreSQL",
                 "Permission to use, copy, modify, and distribute this software and its documentation for any purpose, without "
                 "fee, and"},
           known{"EPL-2.0", "Eclipse Public License - v 2.0"},
           known{"", "All rights reserved."},
           known{"", ""},
       }) {
    INFO(name);
    CHECK(licence_of(text) == name);
  }
  // GPL-2.0's end tells of the Lesser licence, thousands of characters later
  CHECK(licence_of("GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991" + std::string(17000, '.') +
                   "GNU Lesser General Public License") == "GPL-2.0");
}

TEST_CASE("SPDX tags") {
  CHECK(spdx_tag("// SPDX-License-Identifier: Apache-2.0\nint x;") == "Apache-2.0");
  CHECK(spdx_tag("/* SPDX-License-Identifier: (GPL-2.0+ OR MIT) */") == "(GPL-2.0+ OR MIT)");
  CHECK(spdx_tag("<!-- SPDX-License-Identifier: CC-BY-4.0 -->") == "CC-BY-4.0");
  CHECK(spdx_tag("# SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note\r\n") == "GPL-2.0 WITH Linux-syscall-note");
  CHECK(spdx_tag("// SPDX-License-Identifier: MIT/Apache-2.0\n") == "MIT/Apache-2.0");
  CHECK(spdx_tag("<p>SPDX-License-Identifier: MIT</p>") == "MIT");
  CHECK(spdx_tag("<x y=SPDX-License-Identifier: MIT/>") == "MIT");
  CHECK(spdx_tag("SPDX-License-Identifier:").empty());
  CHECK(spdx_tag("SPDX-License-Identifier: --\n").empty());
  CHECK(spdx_tag(std::string(4000, ' ') + "SPDX-License-Identifier: MIT").empty());
  CHECK(licence_of("SPDX-License-Identifier: Zlib\n") == "Zlib");
}

TEST_CASE("names of licence files") {
  for (auto const* yes : {"LICENSE", "licence.md", "x-1.0/COPYING", "LICENSE-APACHE", "LICENSE.MIT", "COPYING.LESSER",
                          "MIT-LICENSE.txt", "UNLICENSE"})
    CHECK(is_licence_file(yes));
  for (auto const* no : {"licenses.py", "license.go", "license.c", "a/b/LICENSE", "LICENSE-check.py", "src", ""})
    CHECK_FALSE(is_licence_file(no));
}

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A labelled set for finders of keys and passwords: files with secrets of nobody planted in them, and with what only looks like one.

planted_secrets.py SEED ROUNDS > SET.jsonl   rows {"content", "path", "labels": [{"kind", "begin", "end"}], "alike": name or null}

`begin` and `end` are bytes of the content. Every round writes each kind of secret once in each of a few ways, and each kind of
look-alike once in each of its ways, every one in a small file of its own. Values are drawn at random and put together here, so
that nothing in this file looks like a credential.
"""
import base64
import hashlib
import json
import random
import string
import sys
import uuid

LETTERS, DIGITS = string.ascii_letters, string.digits
ALL = LETTERS + DIGITS
HEX = "0123456789abcdef"
WORDS = ("order user item cache index page view queue worker event batch token stream record client server layout config parser "
         "buffer filter report invoice payment session account profile message image menu button label table column").split()
PEOPLE = "anna boris carla dmitri elena farid greta hugo irina jonas".split()
PLACES = "summer winter berlin london dragon monkey tiger orange coffee falcon rocket guitar".split()


def drawn(dice, alphabet, size):
    return "".join(dice.choice(alphabet) for _ in range(size))


def with_digits(dice, alphabet, size):
    """As a generator of passwords does: some of each class."""
    while True:
        value = drawn(dice, alphabet, size)
        if any(c in DIGITS for c in value) and any(c in LETTERS for c in value):
            return value


# --- planted: kind -> (value, the lines it may stand in; {} is the value) ---

ASSIGNED_KEY = ['API_KEY = "{}"', "const apiSecret = '{}';", "  access_token: {}", 'private static final String SECRET_KEY = "{}";',
                '"client_secret": "{}",', "export AUTH_TOKEN={}", 'define("AUTH_KEY", "{}");', 'signing_secret := "{}"']
ASSIGNED_PASSWORD = ['password = "{}"', "DB_PASSWORD={}", '  "password": "{}",', "$db_pass = '{}';", "spring.datasource.password={}",
                     '    <property name="password" value="{}"/>', 'String passwd = "{}";', "    :password => '{}',", 'let user_password: &str = "{}";',
                     "login(user='root', password='{}')"]
NAMELESS = ['client = connect("{}")', "send(x, '{}')", 'return Service("{}", 30)']
SHOWN = ['token = "{}"', "# curl -H 'X-Api: {}' https://api.internal/v1", "client.login('{}')", "KEY={}", '  value: "{}"']


def tokens(dice):
    """Tokens of services: they tell themselves."""
    url = ALL + "_-"
    yield "aws_access_key", "AK" + "IA" + drawn(dice, string.ascii_uppercase + "234567", 16), SHOWN
    yield "artifactory", "AK" + "C" + with_digits(dice, ALL, 40), SHOWN
    yield "discord", dice.choice("MN") + drawn(dice, ALL, 23) + "." + drawn(dice, url[:-2], 6) + "." + drawn(dice, url[:-2], 27), SHOWN
    yield "github", "gh" + dice.choice("pousr") + "_" + drawn(dice, ALL, 36), SHOWN
    yield "gitlab", "glp" + "at-" + drawn(dice, ALL, 20), SHOWN
    yield "jwt", ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (
        b'{"alg":"HS256","typ":"JWT"}', json.dumps({"sub": drawn(dice, DIGITS, 10), "name": dice.choice(PEOPLE), "iat": dice.randrange(10**9)}).encode(),
        dice.randbytes(32))), SHOWN
    yield "mailchimp", drawn(dice, HEX, 32) + "-us" + str(dice.randrange(1, 21)), SHOWN
    yield "npm", "np" + "m_" + drawn(dice, ALL, 36), ["//registry.npmjs.org/:_authToken={}"]
    yield "openai", "s" + "k-" + drawn(dice, ALL, 20) + "T3Blbk" + "FJ" + drawn(dice, ALL, 20), SHOWN
    yield "pypi", "py" + "pi-AgEIcHlwaS5vcmc" + drawn(dice, url[:-2], 120), ["password = {}", 'TWINE = "{}"']
    yield "sendgrid", "S" + "G." + drawn(dice, ALL, 22) + "." + drawn(dice, ALL, 43), SHOWN
    yield "slack", "xo" + "xb-" + drawn(dice, DIGITS, 12) + "-" + drawn(dice, DIGITS, 12) + "-" + drawn(dice, ALL, 24), SHOWN
    yield "slack_webhook", "T" + drawn(dice, string.ascii_uppercase + DIGITS, 8) + "/B" + drawn(dice, string.ascii_uppercase + DIGITS, 8) + "/" + drawn(dice, ALL, 24), [
        'HOOK = "https://hooks.slack.com/services/{}"', "curl -X POST https://hooks.slack.com/services/{}"]
    yield "square", "sq" + "0csp-" + drawn(dice, ALL, 43), SHOWN
    yield "stripe", "sk" + "_li" + "ve_" + drawn(dice, ALL, 24), SHOWN
    yield "telegram", drawn(dice, "123456789", 10) + ":" + drawn(dice, ALL, 35), ["BOT = '{}'", "https://api.telegram.org/bot{}/send", "TOKEN={}"]
    yield "twilio", dice.choice(["A" + "C", "S" + "K"]) + drawn(dice, HEX, 32), ["sid = '{}'", "TWILIO={}"]


def named(dice):
    """Keys that are told by what stands before them."""
    yield "aws_secret_key", drawn(dice, ALL + "/+", 40), ["aws_secret_access_key = {}", 'AWS_SECRET_KEY = "{}"', "aws.secret_key='{}'"]
    yield "azure_storage_key", base64.b64encode(dice.randbytes(64)).decode(), ["DefaultEndpointsProtocol=https;AccountName=files;AccountKey={};EndpointSuffix=core"]
    yield "cloudant", drawn(dice, HEX, 64), ['cloudant_password = "{}"', "cloudant_key: '{}'"]
    yield "ibm_cloud_iam", drawn(dice, ALL + "_-", 44), ['ibm_cloud_iam_key = "{}"', "ibm_api_key = '{}'"]
    yield "ibm_cos_hmac", drawn(dice, HEX, 48), ['cos_hmac_secret_access_key = "{}"', "ibm_cos_secret_key = '{}'"]
    yield "softlayer", drawn(dice, string.ascii_lowercase + DIGITS, 64), ['softlayer_api_key = "{}"', "SL_PASSWORD = '{}'"]
    yield "basic_auth", with_digits(dice, ALL, dice.randrange(8, 20)), ['url = "postgres://app:{}@db.internal:5432/shop"', "REDIS=redis://worker:{}@cache.internal:6379/0",
                                                                      "git clone https://ci:{}@git.internal/a/b.git"]
    yield "key_of_letters", with_digits(dice, ALL, dice.choice([20, 24, 32, 40, 64])), ASSIGNED_KEY
    yield "key_in_hexadecimal", with_digits(dice, HEX, dice.choice([32, 40, 48, 64])), ASSIGNED_KEY
    yield "key_in_base64", base64.b64encode(dice.randbytes(dice.choice([24, 32, 48]))).decode(), [line for line in ASSIGNED_KEY if '"' in line or "'" in line]
    yield "key_that_nothing_names", with_digits(dice, ALL, dice.choice([32, 40, 48])), NAMELESS
    yield "hexadecimal_that_nothing_names", with_digits(dice, HEX, dice.choice([32, 40, 64])), NAMELESS


def passwords(dice):
    yield "random_password", with_digits(dice, ALL, dice.randrange(8, 18)), ASSIGNED_PASSWORD
    yield "random_password_with_signs", with_digits(dice, ALL, 5) + dice.choice("!@#%^&*?") + with_digits(dice, ALL, 6), [
        line for line in ASSIGNED_PASSWORD if '"' in line or "'" in line]
    yield "word_and_digits", dice.choice(PLACES).capitalize() + drawn(dice, DIGITS, dice.randrange(2, 5)), ASSIGNED_PASSWORD
    yield "word_digits_and_sign", dice.choice(PLACES).capitalize() + drawn(dice, DIGITS, 4) + dice.choice("!@#$"), ASSIGNED_PASSWORD[:1] + ASSIGNED_PASSWORD[2:3]
    yield "small_letters_and_digits", drawn(dice, string.ascii_lowercase, 5) + drawn(dice, DIGITS, 3) + drawn(dice, string.ascii_lowercase, 2), ASSIGNED_PASSWORD
    yield "leet_words", dice.choice(PLACES).replace("o", "0").replace("e", "3").replace("i", "1") + "_" + dice.choice(PEOPLE) + drawn(dice, DIGITS, 2), ASSIGNED_PASSWORD
    yield "words_alone", dice.choice(PLACES) + dice.choice(PLACES), ASSIGNED_PASSWORD


def private_keys(dice):
    for kind in ("RSA ", "EC ", "OPENSSH ", ""):
        data = base64.b64encode(dice.randbytes(dice.choice([240, 600]))).decode()
        lines = [data[i:i + 64] for i in range(0, len(data), 64)]
        first, last = f"-----BEGIN {kind}PRIVATE" + " KEY-----", f"-----END {kind}PRIVATE" + " KEY-----"
        yield first, lines, last


# --- what only looks like a secret: name -> lines ---

def alike(dice):
    name = lambda n=2, join="_": join.join(dice.choice(WORDS) for _ in range(n))
    sha1, sha256, md5 = (drawn(dice, HEX, n) for n in (40, 64, 32))
    b64 = lambda n: base64.b64encode(dice.randbytes(n)).decode()
    camel = lambda n: "".join(word.capitalize() for word in name(n).split("_"))
    for line in (f'COMMIT = "{sha1}"', f"rev: {sha1}", f'  rev = "{sha1}";', f"https://git.internal/a/b/commit/{sha1}", f"GIT_TAG {sha1}"):
        yield "commit", line
    for line in (f'sha256 = "{sha256}"', f'  "checksum": "{sha256}",', f"{sha256}  {name()}.tar.gz", f'assert_equals(digest(x), "{md5}")',
                 f'ETAG = "{md5}"', f"image: registry.internal/{name()}@sha256:{sha256}", f"expected_md5 = '{md5}'",
                 f'Fingerprint("{":".join(sha1[i:i + 2] for i in range(0, 40, 2))}")'):
        yield "digest", line
    for line in (f'id = "{uuid.UUID(int=dice.getrandbits(128))}"', f'[Guid("{uuid.UUID(int=dice.getrandbits(128))}")]',
                 f'secret_id = "{uuid.UUID(int=dice.getrandbits(128))}"', f"token: {uuid.UUID(int=0)}"):
        yield "uuid", line
    for line in ('password = "changeme"', 'api_key = "your-api-key-here"', "SECRET_KEY=<insert secret>", 'token = "xxxxxxxxxxxxxxxxxxxxxxxx"',
                 'password = "********"', 'API_KEY = "REPLACE_ME"', "DB_PASSWORD=password", "aws = '" + "AK" + "IA" + "IOSFODNN7EXAMPLE'", 'secret = "dummy"',
                 'auth_token = "example-token-1234"', "passwd: test", 'api_key = "0123456789abcdef"', 'client_secret = "my_client_secret"'):
        yield "stand_in", line
    for line in ("password = os.environ['DB_PASSWORD']", 'String password = System.getenv("APP_PASSWORD");', "password: ${DB_PASSWORD}",
                 'token = "{{ vault_token }}"', "url = f\"postgres://{user}:{password}@{host}/db\"", 'password = config["db"]["password"]',
                 "api_key: !Ref ApiKeyParameter", 'const token = `Bearer ${session.token}`;', "export TOKEN=$(cat /run/token)", "password = getpass.getpass('Password: ')",
                 'url = "https://%s:%s@%s" % (user, password, host)', "secretKeyRef: {name: app-secrets-v2, key: db-password}"):
        yield "filled_in_elsewhere", line
    for line in (f'PASSWORD_FIELD = "{name()}"', f'"password": "Enter your password",', f'label_password = "Passwort"', f'password_error = "is too short"',
                 f'token_url = "https://auth.internal/oauth2/v2/token"', f'key = "{name(3)}"', f'cache_key = "{name(3)}_v2"', f'secretName: {name(2, "-")}-tls-v2',
                 f'private_key_path = "/etc/ssl/{name()}.pem"', f'TokenType = "{camel(2)}"', f'auth_token_header = "X-{camel(1)}-Token2"', f'password_hash_algorithm = "pbkdf2_sha256"',
                 f'secret_manager = "projects/{name()}/secrets/{name()}/versions/3"', f'api_key_name = "{name(2, "-")}-key-1"', f'"reset_password": "users/{name()}/reset2",',
                 f'keyword = "{camel(4)}"', f'primary_key = "{name()}_id2"', f'partition_key = "{camel(3)}2024"', f'access_key_column = "{name()}_3"'):
        yield "name_or_text", line
    for line in (f"import {{ {camel(5)} }} from '@app/{name(1)}/{camel(4)}2Component';", f'bean("{camel(6)}FactoryImpl2")', f'load("/{name(1)}/{name(3, "/")}/v2/{name(2, "-")}.min.js")',
                 f'class {camel(7)}: pass', f'translate("{name(3, ".")}.title2")', f'ns = "http://schemas.internal/{name(1)}/2006/01/{camel(3)}"', f'call("{name(6)}")',
                 f'env["{name(4).upper()}_2"]', f"'application/vnd.internal.{name(3, '-')}+json2'"):
        yield "long_name", line
    for line in (f'<img src="data:image/png;base64,{b64(300)}"/>', f"background: url(data:font/woff2;base64,{b64(400)});", f'LOGO_IMAGE = "{b64(90)}"', f'icon_png_base64 = "{b64(60)}"'):
        yield "base64_image", line
    for line in (f'encode("{base64.b64encode(("plain text " + name(4)).encode()).decode()}")', f"payload = '{base64.b64encode(json.dumps({name(): name()}).encode()).decode()}'"):
        yield "base64_text", line
    for line in ('ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"', 'digits = "0123456789abcdefghijklmnopqrstuvwxyz"', 'keyboard("qwertyuiopasdfghjklzxcvbnm")'):
        yield "alphabet", line
    for line in (f'<script integrity="sha384-{b64(48)}" src="x.js"></script>', f"Content-Security-Policy: script-src 'nonce-{b64(16)}'", f'ssh-ed25519 AAAA{b64(48)} {dice.choice(PEOPLE)}@host',
                 f'PublicKeyToken={drawn(dice, HEX, 16)}', f'public_key = "{b64(32)}"', f'[assembly: InternalsVisibleTo("Tests, PublicKey={drawn(dice, HEX, 160)}")]'):
        yield "public_value", line


def look_alike_files(dice):
    """Files that are look-alikes as a whole: path, content."""
    b64 = lambda n: base64.b64encode(dice.randbytes(n)).decode()
    name = lambda: dice.choice(WORDS) + "-" + dice.choice(WORDS)
    packages = [name() for _ in range(12)]
    yield "lock_file", "web/package-lock.json", "{\n" + "".join(
        f'  "node_modules/{p}": {{"version": "1.2.3", "resolved": "https://registry.internal/{p}.tgz",\n    "integrity": "sha512-{b64(64)}"}},\n' for p in packages) + "}\n"
    yield "lock_file", "Cargo.lock", "".join(f'[[package]]\nname = "{p}"\nversion = "0.4.1"\nchecksum = "{drawn(dice, HEX, 64)}"\n\n' for p in packages)
    yield "lock_file", "go.sum", "".join(f"git.internal/{p} v1.{i}.0 h1:{b64(32)}\n" for i, p in enumerate(packages))
    yield "lock_file", "web/yarn.lock", "".join(f'"{p}@^1.0.0":\n  version "1.0.2"\n  resolved "https://registry.internal/{p}#{drawn(dice, HEX, 40)}"\n  integrity sha512-{b64(64)}\n\n' for p in packages)
    yield "table", "src/vectors.c", "static const char* vectors[] = {\n" + "".join(f'    "{drawn(dice, HEX, 64)}",\n' for _ in range(16)) + "};\n"
    yield "table", "src/test_aes.py", "".join(f'check(plain="{drawn(dice, HEX, 32)}", sealed="{drawn(dice, HEX, 32)}")\n' for _ in range(16))
    yield "certificate", "certs/ca.pem", "-----BEGIN CERTIFICATE-----\n" + "".join(b64(48) + "\n" for _ in range(14)) + "-----END CERTIFICATE-----\n"
    yield "public_key", "keys/id.pub", "-----BEGIN PUBLIC KEY-----\n" + "".join(b64(48) + "\n" for _ in range(5)) + "-----END PUBLIC KEY-----\n"
    yield "binary_in_base64", "src/blob.ts", "export const wasm = \"" + b64(3000) + "\";\n"
    yield "checksums", "SHA256SUMS", "".join(f"{hashlib.sha256(p.encode()).hexdigest()}  {p}.tar.gz\n" for p in packages)
    yield "source_map", "web/app.js.map", '{"version":3,"mappings":"' + ";".join("AAA" + drawn(dice, "ACEGIK", 1) + "," + drawn(dice, ALL, 5) for _ in range(200)) + '"}\n'


# --- files ---

PLAIN = {"py": "import os\n\n\ndef {f}({a}, {b}):\n    total = 0\n    for item in {a}:\n        total += item * {b}\n    return total\n",
         "js": "function {f}({a}, {b}) {{\n  const rows = {a}.filter((row) => row.{b} > 3);\n  return rows.map((row) => row.name);\n}}\n",
         "java": "class {f} {{\n    private final int {a} = 3;\n    int {b}(int x) {{ return x + {a}; }}\n}}\n",
         "yaml": "{f}:\n  {a}: 3\n  {b}:\n    - one\n    - two\n"}


def plain(dice, extension):
    a, b = dice.sample(WORDS, 2)
    return PLAIN[extension].format(f=dice.choice(WORDS) + "_" + dice.choice(WORDS), a=a, b=b)


def row(dice, number, line, value=None, kind=None, name=None):
    """A file with `line` between two plain pieces of code."""
    extension = "yaml" if line.startswith("  ") and ": " in line and "{" not in line and "<" not in line else dice.choice(["py", "js", "java"])
    before, after = plain(dice, extension) + "\n", "\n" + plain(dice, extension)
    labels = []
    if value is not None:
        begin = len((before + line[:line.index("{}")]).encode())
        labels.append({"kind": kind, "begin": begin, "end": begin + len(value.encode())})
        line = line.replace("{}", value, 1)
    return {"content": before + line + "\n" + after, "path": f"src/{name or kind}_{number}.{extension}", "labels": labels, "alike": name}


def labelled_set(seed, rounds):
    dice, number = random.Random(seed), 0
    for _ in range(rounds):
        for source in (tokens, named, passwords):
            for kind, value, lines in source(dice):
                for line in dice.sample(lines, min(3, len(lines))):
                    number += 1
                    yield row(dice, number, line, value, kind)
        for first, lines, last in private_keys(dice):
            for begin, end in (("", "\n"), ('    "', '\\n"\n')):
                number += 1
                head = plain(dice, "py") + "\n" + begin + first + end
                content = head + "".join(begin + text + end for text in lines) + begin + last + end
                at = len(head + begin)
                until = len(content) - len(end + begin + last + end)
                yield {"content": content, "path": f"src/private_{number}.py", "labels": [{"kind": "private_key", "begin": at, "end": until}], "alike": None}
        for name, line in alike(dice):
            number += 1
            yield row(dice, number, line, name=name)
        for name, path, content in look_alike_files(dice):
            number += 1
            yield {"content": content, "path": f"{number}/{path}", "labels": [], "alike": name}


def planted_in(texts, seed, share=4):
    """Every `share`-th of (path, text) gets a secret in a line of its own; the others, and the rest of it, are left as they are."""
    dice, sources = random.Random(seed), []
    for number, (path, text) in enumerate(texts):
        labels = []
        if number % share == 0:
            if not sources:
                sources = [planted for source in (tokens, named, passwords) for planted in source(dice)]
                dice.shuffle(sources)
            kind, value, lines = sources.pop()
            line = dice.choice(lines)
            cut = [0] + [i + 1 for i, c in enumerate(text) if c == "\n"]
            at = dice.choice(cut)
            head = text[:at] + line[:line.index("{}")]
            begin = len(head.encode())
            labels.append({"kind": kind, "begin": begin, "end": begin + len(value.encode())})
            text = head + value + line[line.index("{}") + 2:] + "\n" + text[at:]
        yield {"content": text, "path": path, "labels": labels, "alike": None}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    for made in labelled_set(int(sys.argv[1]), int(sys.argv[2])):
        print(json.dumps(made))


if __name__ == "__main__":
    main()

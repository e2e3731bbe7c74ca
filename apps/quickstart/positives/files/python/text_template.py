"""Render small mail templates with loops and conditions.

The template language has three tags::

    {{ order.total }}                  insert a dotted value
    {% if order.gift %} ... {% end %}  keep the body if the value is truthy
    {% for item in order.items %} ... {% end %}

Compile a template into a tree once, then render it with a dictionary. Errors
name the line on which the offending tag stands.
"""

import re
from typing import Any

TAG = re.compile(r"\{\{\s*(?P<expr>[\w.]+)\s*\}\}|\{%\s*(?P<stmt>.*?)\s*%\}")
LOOP = re.compile(r"for (?P<var>\w+) in (?P<source>[\w.]+)")
CONDITION = re.compile(r"if (?P<source>[\w.]+)")

Scope = dict[str, Any]


class TemplateError(Exception):
    pass


def lookup(scope: Scope, dotted: str) -> Any:
    value: Any = scope
    for part in dotted.split("."):
        try:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        except (KeyError, AttributeError):
            raise TemplateError(f"no value for '{dotted}'") from None
    return value


class Template:
    def __init__(self, source: str):
        root: list[tuple] = []
        stack = [root]
        opened: list[int] = []
        position = 0
        for match in TAG.finditer(source):
            line = source.count("\n", 0, match.start()) + 1
            stack[-1].append(("text", source[position:match.start()]))
            position = match.end()
            statement = match["stmt"]
            if statement is None:
                stack[-1].append(("value", match["expr"]))
            elif statement == "end":
                if not opened:
                    raise TemplateError(f"line {line}: 'end' without a block")
                stack.pop()
                opened.pop()
            else:
                body: list[tuple] = []
                if loop := LOOP.fullmatch(statement):
                    stack[-1].append(("for", loop["var"], loop["source"], body))
                elif condition := CONDITION.fullmatch(statement):
                    stack[-1].append(("if", condition["source"], body))
                else:
                    raise TemplateError(f"line {line}: unknown tag '{statement}'")
                stack.append(body)
                opened.append(line)
        if opened:
            raise TemplateError(f"line {opened[-1]}: block is never closed")
        root.append(("text", source[position:]))
        self._root = root

    def render(self, scope: Scope) -> str:
        return "".join(self._walk(self._root, scope))

    def _walk(self, nodes: list[tuple], scope: Scope):
        for node in nodes:
            match node:
                case ("text", text):
                    yield text
                case ("value", dotted):
                    yield str(lookup(scope, dotted))
                case ("if", source, body) if lookup(scope, source):
                    yield from self._walk(body, scope)
                case ("for", name, source, body):
                    for item in lookup(scope, source):
                        yield from self._walk(body, {**scope, name: item})


if __name__ == "__main__":
    mail = Template("Hi {{ who }},{% for i in goods %} [{{ i.name }}]{% end %} bye")
    print(mail.render({"who": "Ada", "goods": [{"name": "tea"}, {"name": "cup"}]}))

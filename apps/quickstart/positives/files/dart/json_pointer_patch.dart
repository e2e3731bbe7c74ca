import 'dart:convert';

/// Applies small edits to a settings document, all of them or none.
///
/// An edit addresses a place by a path such as `/window/size/0`; `-` as the last
/// step appends to a list.
sealed class Edit {
  const Edit(this.path);
  final String path;
}

class SetValue extends Edit {
  const SetValue(super.path, this.value);
  final Object? value;
}

class Remove extends Edit {
  const Remove(super.path);
}

class EditError implements Exception {
  EditError(this.path, this.reason);
  final String path, reason;

  @override
  String toString() => 'cannot edit $path: $reason';
}

/// Returns a changed copy of [document]; the original is never touched.
Object? applyEdits(Object? document, List<Edit> edits) {
  final copy = jsonDecode(jsonEncode(document));
  for (final edit in edits) {
    _apply(copy, edit);
  }
  return copy;
}

void _apply(Object? root, Edit edit) {
  final steps = edit.path.split('/');
  if (steps.length < 2 || steps.first.isNotEmpty) {
    throw EditError(edit.path, 'a path starts with a slash');
  }
  var parent = root;
  for (final step in steps.sublist(1, steps.length - 1)) {
    parent = switch (parent) {
      Map() when parent.containsKey(step) => parent[step],
      List() => parent[_index(edit, step, parent.length - 1)],
      _ => throw EditError(edit.path, "nothing at '$step'"),
    };
  }

  final last = steps.last;
  switch ((parent, edit)) {
    case (Map<String, dynamic> map, SetValue(:final value)):
      map[last] = value;
    case (Map<String, dynamic> map, Remove()) when map.containsKey(last):
      map.remove(last);
    case (List<dynamic> list, SetValue(:final value)) when last == '-':
      list.add(value);
    case (List<dynamic> list, SetValue(:final value)):
      list[_index(edit, last, list.length - 1)] = value;
    case (List<dynamic> list, Remove()):
      list.removeAt(_index(edit, last, list.length - 1));
    default:
      throw EditError(edit.path, "nothing at '$last'");
  }
}

int _index(Edit edit, String step, int max) {
  final index = int.tryParse(step);
  if (index == null || index < 0 || index > max) {
    throw EditError(edit.path, "'$step' is not an index up to $max");
  }
  return index;
}

void main() {
  final settings = {
    'theme': 'light',
    'window': {'size': [800, 600]},
    'recent': ['a'],
  };
  const edits = [SetValue('/window/size/0', 1024), SetValue('/recent/-', 'b'), Remove('/theme')];
  print(jsonEncode(applyEdits(settings, edits)));
  try {
    applyEdits(settings, const [Remove('/theme'), SetValue('/window/size/5', 1)]);
  } on EditError catch (error) {
    print('$error; theme is still ${settings['theme']}');
  }
}

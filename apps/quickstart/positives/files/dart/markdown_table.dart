import 'dart:math';

/// Formats rows of data as a Markdown table with aligned columns.
///
/// Columns that contain only numbers are aligned to the right. Vertical bars in
/// cells are escaped and line breaks become `<br>`, so that any text is safe.
class MarkdownTable {
  MarkdownTable(this.header) {
    if (header.isEmpty) throw ArgumentError.value(header, 'header', 'must not be empty');
  }

  final List<String> header;
  final List<List<String>> _rows = [];

  static final RegExp _number = RegExp(r'^-?\d+(\.\d+)?%?$');

  void add(List<Object?> cells) {
    if (cells.length != header.length) {
      throw ArgumentError('expected ${header.length} cells, got ${cells.length}');
    }
    _rows.add([for (final cell in cells) _escape('${cell ?? ''}')]);
  }

  static String _escape(String text) =>
      text.trim().replaceAll('|', r'\|').replaceAll(RegExp(r'\r?\n'), '<br>');

  bool _isNumeric(int column) {
    final filled = _rows.map((row) => row[column]).where((cell) => cell.isNotEmpty);
    return filled.isNotEmpty && filled.every(_number.hasMatch);
  }

  @override
  String toString() {
    final titles = header.map(_escape).toList();
    final columns = List.generate(header.length, (i) => i);
    final numeric = columns.map(_isNumeric).toList();
    final widths = [
      for (final i in columns)
        _rows.fold(max(3, titles[i].length), (width, row) => max(width, row[i].length)),
    ];

    String line(List<String> cells) {
      final padded = columns.map((i) =>
          numeric[i] ? cells[i].padLeft(widths[i]) : cells[i].padRight(widths[i]));
      return '| ${padded.join(' | ')} |';
    }

    final rule = [
      for (final i in columns) numeric[i] ? '${'-' * (widths[i] - 1)}:' : '-' * widths[i],
    ];
    return [line(titles), line(rule), ..._rows.map(line)].join('\n');
  }
}

void main() {
  final table = MarkdownTable(['Benchmark', 'Runs', 'Change', 'Remark'])
    ..add(['parse', 120, '-3.5%', 'new tokenizer'])
    ..add(['render', 80, '12%', 'fonts | images\nstill uncached'])
    ..add(['idle', 5, null, null]);
  print(table);
}

import 'dart:async';

/// Feeds a search box: queries are sent only after the user stops typing, and
/// answers that arrive late are ignored when a newer query is on its way.
class SearchController<T> {
  SearchController(this._lookup, {this.quietTime = const Duration(milliseconds: 300)});

  final Future<List<T>> Function(String query) _lookup;

  /// How long the text must stay unchanged before it is looked up.
  final Duration quietTime;

  final StreamController<List<T>> _results = StreamController<List<T>>.broadcast();
  Timer? _timer;
  int _generation = 0;

  /// The hits of the most recent query; errors of lookups arrive here, too.
  Stream<List<T>> get results => _results.stream;

  /// To be called whenever the text of the search box changes.
  void onChanged(String text) {
    _timer?.cancel();
    final generation = ++_generation;
    final query = text.trim();
    if (query.isEmpty) {
      _results.add(const []);
      return;
    }
    _timer = Timer(quietTime, () => _run(query, generation));
  }

  Future<void> _run(String query, int generation) async {
    try {
      final hits = await _lookup(query);
      if (generation == _generation) _results.add(hits);
    } catch (error, stackTrace) {
      if (generation == _generation) _results.addError(error, stackTrace);
    }
  }

  Future<void> dispose() {
    _timer?.cancel();
    _generation++;
    return _results.close();
  }
}

Future<void> main() async {
  const plants = ['anemone', 'aster', 'begonia', 'bellflower', 'bergenia'];
  var lookups = 0;

  final search = SearchController<String>((query) async {
    lookups++;
    // The first lookup is slow, so that its answer comes after the second one.
    await Future<void>.delayed(Duration(milliseconds: lookups == 1 ? 80 : 10));
    return plants.where((name) => name.startsWith(query)).toList();
  }, quietTime: const Duration(milliseconds: 20));
  search.results.listen((hits) => print('shown: $hits'));

  for (final text in ['a', 'an', 'ane']) {
    search.onChanged(text);
  }
  await Future<void>.delayed(const Duration(milliseconds: 30));
  search.onChanged('be');
  await Future<void>.delayed(const Duration(milliseconds: 150));

  print('$lookups lookups were needed');
  await search.dispose();
}

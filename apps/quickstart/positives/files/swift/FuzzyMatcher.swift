/// Finds the command a user probably meant, as in "unknown command 'comit', did you
/// mean 'commit'?". The distance counts insertions, deletions, substitutions and
/// swaps of neighbouring letters, which are the most common typing errors.
struct FuzzyMatcher {
    let vocabulary: [String]

    /// The largest distance, relative to the length of the word, worth suggesting.
    var tolerance = 0.4

    struct Suggestion: Equatable {
        let word: String
        let distance: Int
    }

    /// At most `limit` similar words, the closest first.
    func suggestions(for input: String, limit: Int = 3) -> [Suggestion] {
        let typed = Array(input.lowercased())
        let ranked = vocabulary.compactMap { word -> Suggestion? in
            let letters = Array(word.lowercased())
            let allowed = Int(tolerance * Double(max(letters.count, typed.count)))
            // The difference in length is a lower bound and cheap to compute.
            guard abs(letters.count - typed.count) <= allowed else { return nil }
            let distance = Self.distance(letters, typed)
            return distance <= allowed ? Suggestion(word: word, distance: distance) : nil
        }
        let sorted = ranked.sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
        return Array(sorted.prefix(limit))
    }

    /// The number of edits between two words, keeping only three rows of the table.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        guard !a.isEmpty else { return b.count }
        guard !b.isEmpty else { return a.count }

        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
                if swapped {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}

let matcher = FuzzyMatcher(vocabulary: ["archive", "commit", "compare", "export", "import"])
for typed in ["comit", "epxort", "archvie", "zzz"] {
    let found = matcher.suggestions(for: typed)
    if found.isEmpty {
        print("unknown command '\(typed)'")
    } else {
        let words = found.map { "'\($0.word)' (\($0.distance))" }.joined(separator: ", ")
        print("unknown command '\(typed)', did you mean \(words)?")
    }
}

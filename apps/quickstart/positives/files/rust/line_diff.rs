//! Shows how a configuration file changed: a line-based diff computed from the
//! longest common subsequence, printed with a few lines of context and a marker
//! where unchanged lines were left out.

#[derive(Debug, Clone, PartialEq)]
enum Edit<'a> {
    Keep(&'a str),
    Remove(&'a str),
    Insert(&'a str),
}

/// A shortest edit script that turns `old` into `new`.
fn diff<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Edit<'a>> {
    // common[i][j] is the length of the common subsequence of old[i..], new[j..].
    let mut common = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }

    let (mut i, mut j) = (0, 0);
    let mut script = Vec::new();
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            script.push(Edit::Keep(old[i]));
            i += 1;
            j += 1;
        } else if common[i + 1][j] >= common[i][j + 1] {
            script.push(Edit::Remove(old[i]));
            i += 1;
        } else {
            script.push(Edit::Insert(new[j]));
            j += 1;
        }
    }
    script.extend(old[i..].iter().map(|line| Edit::Remove(line)));
    script.extend(new[j..].iter().map(|line| Edit::Insert(line)));
    script
}

/// Formats a script, keeping `context` unchanged lines around each change.
fn render(script: &[Edit], context: usize) -> String {
    let near_change = |at: usize| {
        let window = at.saturating_sub(context)..(at + context + 1).min(script.len());
        script[window].iter().any(|edit| !matches!(edit, Edit::Keep(_)))
    };

    let mut out = String::new();
    let mut skipped = 0;
    for (at, edit) in script.iter().enumerate() {
        if !near_change(at) {
            skipped += 1;
            continue;
        }
        if std::mem::take(&mut skipped) > 0 {
            out.push_str("...\n");
        }
        let (mark, line) = match edit {
            Edit::Keep(line) => (' ', line),
            Edit::Remove(line) => ('-', line),
            Edit::Insert(line) => ('+', line),
        };
        out.push_str(&format!("{mark} {line}\n"));
    }
    out
}

fn main() {
    let old = ["[server]", "port = 80", "workers = 4", "", "[log]", "level = info"];
    let new = ["[server]", "port = 8080", "workers = 4", "", "[log]", "level = info", "color = no"];

    let script = diff(&old, &new);
    print!("{}", render(&script, 1));

    let kept = script.iter().filter(|edit| matches!(edit, Edit::Keep(_))).count();
    assert_eq!(kept, 5);
}

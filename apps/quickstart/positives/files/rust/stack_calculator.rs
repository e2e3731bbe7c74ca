//! A stack calculator with user-defined words, as found on old pocket machines.
//! A program is a list of words separated by blanks: numbers are pushed, built-in
//! operators consume their operands, and `: name body ;` defines a new word.
//! Everything that can go wrong is reported as an error value, never a panic.

use std::collections::HashMap;

#[derive(Debug, PartialEq)]
enum Fault {
    Underflow(String),
    UnknownWord(String),
    Unterminated,
    TooDeep,
}

#[derive(Default)]
struct Machine {
    stack: Vec<f64>,
    words: HashMap<String, Vec<String>>,
}

impl Machine {
    /// Definitions may call each other only this many levels deep.
    const MAX_DEPTH: usize = 64;

    /// Runs a program on top of whatever is on the stack already.
    fn run(&mut self, program: &str) -> Result<(), Fault> {
        let mut words = program.split_whitespace();
        while let Some(word) = words.next() {
            if word == ":" {
                let name = words.next().ok_or(Fault::Unterminated)?;
                let mut body = Vec::new();
                loop {
                    match words.next() {
                        Some(";") => break,
                        Some(inner) => body.push(inner.to_owned()),
                        None => return Err(Fault::Unterminated),
                    }
                }
                self.words.insert(name.to_owned(), body);
            } else {
                self.step(word, 0)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, word: &str, depth: usize) -> Result<(), Fault> {
        if depth > Self::MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        if let Some(body) = self.words.get(word).cloned() {
            return body.iter().try_for_each(|inner| self.step(inner, depth + 1));
        }
        if let Ok(number) = word.parse() {
            self.stack.push(number);
            return Ok(());
        }
        let results = match (word, self.stack.as_slice()) {
            ("dup", [.., a]) => vec![*a, *a],
            ("neg", [.., a]) => vec![-a],
            ("sqrt", [.., a]) => vec![a.sqrt()],
            ("swap", [.., a, b]) => vec![*b, *a],
            ("+", [.., a, b]) => vec![a + b],
            ("-", [.., a, b]) => vec![a - b],
            ("*", [.., a, b]) => vec![a * b],
            ("/", [.., a, b]) => vec![a / b],
            ("dup" | "neg" | "sqrt" | "swap" | "+" | "-" | "*" | "/", _) => {
                return Err(Fault::Underflow(word.to_owned()));
            }
            _ => return Err(Fault::UnknownWord(word.to_owned())),
        };
        let consumed = if matches!(word, "dup" | "neg" | "sqrt") { 1 } else { 2 };
        self.stack.truncate(self.stack.len() - consumed);
        self.stack.extend(results);
        Ok(())
    }
}

fn main() -> Result<(), Fault> {
    let mut machine = Machine::default();
    machine.run(": square dup * ; : hypot square swap square + sqrt ;")?;
    machine.run("3 4 hypot 2 /")?;
    assert_eq!(machine.stack, [2.5]);

    assert_eq!(machine.run("+"), Err(Fault::Underflow("+".to_owned())));
    assert_eq!(machine.run(": loop loop ; loop"), Err(Fault::TooDeep));
    Ok(())
}

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>
/// Runs drawing programs for a pen plotter and lists the resulting line segments.
/// </summary>
/// <remarks>
/// Commands are <c>forward N</c>, <c>turn DEGREES</c>, <c>pen up</c>, <c>pen down</c> and
/// <c>repeat N [ ... ]</c>, which may be nested. A square, for example, is
/// <c>new TurtleInterpreter("repeat 4 [ forward 10 turn 90 ]").Segments</c>.
/// </remarks>
public sealed class TurtleInterpreter
{
    public readonly record struct Segment(double X1, double Y1, double X2, double Y2);

    private readonly string[] _words;
    private readonly List<Segment> _segments = new();
    private double _x, _y, _heading;
    private bool _penDown = true;

    public TurtleInterpreter(string program)
    {
        _words = program.Replace("[", " [ ").Replace("]", " ] ")
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int end = RunBlock(0);
        if (end < _words.Length)
        {
            throw new FormatException($"Word {end + 1} closes a block that was never opened");
        }
    }

    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>Executes commands up to a closing bracket or the end; returns its index.</summary>
    private int RunBlock(int at)
    {
        while (at < _words.Length && _words[at] != "]")
        {
            at = _words[at] == "repeat" ? Repeat(at) : Simple(at);
        }
        return at;
    }

    private int Repeat(int at)
    {
        int times = (int)Number(at + 1);
        if (times < 1 || Word(at + 2) != "[")
        {
            throw new FormatException("'repeat' needs a positive count and a block");
        }
        int end = at;
        for (int round = 0; round < times; round++)
        {
            end = RunBlock(at + 3);
        }
        return Word(end) == "]" ? end + 1 : throw new FormatException("A block is not closed");
    }

    private int Simple(int at)
    {
        string argument = Word(at + 1);
        switch (_words[at])
        {
            case "forward": Move(Number(at + 1)); break;
            case "turn": _heading += Number(at + 1) * Math.PI / 180; break;
            case "pen" when argument is "up" or "down": _penDown = argument == "down"; break;
            default: throw new FormatException($"Cannot run '{_words[at]} {argument}'");
        }
        return at + 2;
    }

    private void Move(double length)
    {
        (double fromX, double fromY) = (_x, _y);
        _x += length * Math.Cos(_heading);
        _y += length * Math.Sin(_heading);
        if (_penDown)
        {
            _segments.Add(new Segment(fromX, fromY, _x, _y));
        }
    }

    private string Word(int at) => _words.ElementAtOrDefault(at) ?? "";

    private double Number(int at) => double.TryParse(Word(at), out double value)
        ? value
        : throw new FormatException($"Expected a number instead of '{Word(at)}'");
}

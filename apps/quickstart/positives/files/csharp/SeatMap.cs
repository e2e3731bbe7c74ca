using System;
using System.Collections.Generic;
using System.Linq;

namespace Theatre;

/// <summary>
/// Finds the best block of neighbouring seats for a group of theatre guests.
/// </summary>
/// <remarks>
/// Seats are rated by their distance from the ideal spot, the middle of a chosen row. A group
/// sits together in one row. A booking may not leave a single empty seat between taken seats or
/// the wall, because such seats hardly ever sell.
/// </remarks>
public sealed class SeatMap
{
    private readonly bool[][] _taken;
    private readonly int _idealRow;

    public SeatMap(int rows, int seatsPerRow, int idealRow)
    {
        _taken = Enumerable.Range(0, rows).Select(_ => new bool[seatsPerRow]).ToArray();
        _idealRow = idealRow;
    }

    /// <summary>Books the best block; returns null when the group cannot sit together.</summary>
    public (int Row, int FirstSeat)? Book(int guests)
    {
        var best = Blocks(guests)
            .OrderBy(block => Distance(block.Row, block.First, guests))
            .ThenBy(block => block.Row)
            .Select(block => ((int Row, int First)?)block)
            .FirstOrDefault();
        if (best is not { } chosen)
        {
            return null;
        }
        Array.Fill(_taken[chosen.Row], true, chosen.First, guests);
        return chosen;
    }

    private IEnumerable<(int Row, int First)> Blocks(int guests)
    {
        for (int row = 0; row < _taken.Length; row++)
        {
            for (int first = 0; first + guests <= _taken[row].Length; first++)
            {
                bool free = Enumerable.Range(first, guests).All(seat => !_taken[row][seat]);
                int after = first + guests;
                if (free && !IsSingle(row, first - 1, -1) && !IsSingle(row, after, 1))
                {
                    yield return (row, first);
                }
            }
        }
    }

    /// <summary>Whether the seat is free while the next one in that direction is not.</summary>
    private bool IsSingle(int row, int seat, int direction) =>
        IsFree(row, seat) && !IsFree(row, seat + direction);

    private bool IsFree(int row, int seat) =>
        seat >= 0 && seat < _taken[row].Length && !_taken[row][seat];

    private double Distance(int row, int first, int guests)
    {
        double sideways = first + (guests - 1) / 2.0 - (_taken[row].Length - 1) / 2.0;
        double depth = 1.5 * (row - _idealRow); // changing rows is worse than moving sideways
        return sideways * sideways + depth * depth;
    }

    public override string ToString() => string.Join(
        Environment.NewLine,
        _taken.Select(row => string.Concat(row.Select(taken => taken ? '#' : '.'))));
}

public static class Program
{
    public static void Main()
    {
        var hall = new SeatMap(rows: 4, seatsPerRow: 12, idealRow: 2);
        foreach (int guests in new[] { 4, 2, 5, 3, 13 })
        {
            bool seated = hall.Book(guests) is not null;
            Console.WriteLine($"{guests} guests: {(seated ? "seated" : "no block left")}");
        }
        Console.WriteLine(hall);
    }
}

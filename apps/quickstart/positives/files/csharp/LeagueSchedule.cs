using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>
/// Draws up the season of an amateur football league.
/// </summary>
/// <remarks>
/// Every team meets every other team twice, once at home. The first half uses the circle method:
/// one team stays put while the others rotate around it. The second half repeats the first with
/// home rights swapped. With an odd number of teams one team rests in each round.
/// </remarks>
public static class LeagueSchedule
{
    public sealed record Match(string Home, string Away);

    public static IReadOnlyList<IReadOnlyList<Match>> Draw(IReadOnlyCollection<string> teams)
    {
        if (teams.Distinct().Count() != teams.Count || teams.Count < 2)
        {
            throw new ArgumentException("At least two differently named teams are needed");
        }

        // A null entry stands for the resting place.
        List<string?> circle = new(teams);
        if (circle.Count % 2 != 0)
        {
            circle.Add(null);
        }

        var firstHalf = new List<IReadOnlyList<Match>>();
        for (int round = 0; round < circle.Count - 1; round++)
        {
            firstHalf.Add(PairUp(circle, round));
            string? last = circle[^1];
            circle.RemoveAt(circle.Count - 1);
            circle.Insert(1, last);
        }

        var secondHalf = firstHalf.Select(SwapHome);
        return firstHalf.Concat(secondHalf).ToList();
    }

    private static IReadOnlyList<Match> PairUp(IReadOnlyList<string?> circle, int round)
    {
        var matches = new List<Match>();
        for (int i = 0; i < circle.Count / 2; i++)
        {
            string? left = circle[i];
            string? right = circle[circle.Count - 1 - i];
            if (left is null || right is null)
            {
                continue;
            }
            // Alternate home rights, also for the fixed team, to avoid long home runs.
            bool leftAtHome = i == 0 ? round % 2 == 0 : i % 2 == 0;
            matches.Add(leftAtHome ? new Match(left, right) : new Match(right, left));
        }
        return matches;
    }

    private static IReadOnlyList<Match> SwapHome(IReadOnlyList<Match> round) =>
        round.Select(match => new Match(match.Away, match.Home)).ToList();

    public static void Main()
    {
        var season = Draw(new[] { "Harbour", "Mill", "Old Town", "Quarry", "Station" });
        foreach (var (matches, index) in season.Select((round, number) => (round, number)))
        {
            string line = string.Join(", ", matches.Select(m => $"{m.Home}-{m.Away}"));
            Console.WriteLine($"Round {index + 1,2}: {line}");
        }
    }
}

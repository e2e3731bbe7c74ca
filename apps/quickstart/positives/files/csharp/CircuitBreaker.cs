using System;

namespace Payments;

/// <summary>Raised instead of calling a service that has recently kept failing.</summary>
public sealed class CircuitOpenException : Exception
{
    public CircuitOpenException(DateTimeOffset retryAt)
        : base($"Service is considered down until {retryAt:HH:mm:ss}")
    {
    }
}

/// <summary>
/// Protects a payment gateway from being flooded while it is down.
/// </summary>
/// <remarks>
/// After a number of consecutive failures the circuit opens and calls fail at once. When the
/// cooling-off time is over, a single trial call is let through: success closes the circuit,
/// failure opens it again for twice as long, up to a limit. Usage:
/// <code>var receipt = breaker.Call(() => gateway.Charge(card, amount));</code>
/// </remarks>
public sealed class CircuitBreaker
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly object _gate = new();
    private readonly int _threshold;
    private readonly TimeSpan _firstPause;
    private readonly Func<DateTimeOffset> _clock;

    private int _failures;
    private TimeSpan _pause;
    private DateTimeOffset? _openUntil;
    private bool _trialRunning;

    public CircuitBreaker(int threshold, TimeSpan pause, Func<DateTimeOffset>? clock = null)
    {
        _threshold = Math.Max(1, threshold);
        _firstPause = _pause = pause;
        _clock = clock ?? (() => DateTimeOffset.UtcNow);
    }

    public T Call<T>(Func<T> action)
    {
        Enter();
        try
        {
            T result = action();
            Record(success: true);
            return result;
        }
        catch
        {
            Record(success: false);
            throw;
        }
    }

    private void Enter()
    {
        lock (_gate)
        {
            if (_openUntil is { } retryAt)
            {
                if (_clock() < retryAt || _trialRunning) throw new CircuitOpenException(retryAt);
                _trialRunning = true;
            }
        }
    }

    private void Record(bool success)
    {
        lock (_gate)
        {
            bool wasTrial = _trialRunning;
            _trialRunning = false;
            if (success)
            {
                (_failures, _openUntil, _pause) = (0, null, _firstPause);
                return;
            }
            _failures++;
            if (wasTrial) _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            if (wasTrial || _failures >= _threshold) _openUntil = _clock() + _pause;
        }
    }
}

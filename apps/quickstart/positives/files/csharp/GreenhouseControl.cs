using System;

namespace Greenhouse;

/// <summary>
/// PID controller for the heating of a greenhouse.
/// </summary>
/// <remarks>
/// The output is a valve position from 0 to 1. The integral part is frozen while the valve is at
/// a stop and the error would push it further (anti-windup). The derivative acts on the measured
/// temperature, not on the error, so a new set point does not cause a kick.
/// </remarks>
public sealed class PidController
{
    private readonly double _kp, _ki, _kd;
    private double _integral;
    private double? _previous;

    public PidController(double kp, double ki, double kd) => (_kp, _ki, _kd) = (kp, ki, kd);

    public double SetPoint { get; set; }

    public double Update(double measured, double seconds)
    {
        double error = SetPoint - measured;
        double slope = _previous is { } last ? (measured - last) / seconds : 0;
        _previous = measured;

        double candidate = _integral + _ki * error * seconds;
        double wanted = _kp * error + candidate - _kd * slope;
        double output = Math.Clamp(wanted, 0, 1);
        bool pushingAgainstStop = (wanted > 1 && error > 0) || (wanted < 0 && error < 0);
        if (!pushingAgainstStop)
        {
            _integral = candidate;
        }
        return output;
    }
}

/// <summary>Simple thermal model: heated by the valve, cooled by the outside air.</summary>
public sealed class GlassHouse
{
    private const double HeatingDegreesPerSecond = 0.02;
    private const double LossPerSecond = 0.0005;

    public double Temperature { get; private set; } = 8;

    public void Advance(double valve, double outside, double seconds)
    {
        double rate = HeatingDegreesPerSecond * valve - LossPerSecond * (Temperature - outside);
        Temperature += rate * seconds;
    }
}

public static class Program
{
    public static void Main()
    {
        var house = new GlassHouse();
        var controller = new PidController(kp: 0.25, ki: 0.0004, kd: 5) { SetPoint = 18 };
        const double step = 10;
        for (int tick = 0; tick <= 720; tick++)
        {
            double outside = tick < 360 ? 5 : -4; // a cold front arrives after one hour
            double valve = controller.Update(house.Temperature, step);
            if (tick % 90 == 0)
            {
                Console.WriteLine(
                    $"{tick * step / 60,4:F0} min  {house.Temperature,5:F2} deg  valve {valve:P0}");
            }
            house.Advance(valve, outside, step);
        }
    }
}

import java.util.HashMap;
import java.util.Map;

/**
 * Decodes Morse code from a stream of key-down and key-up durations.
 *
 * <p>A receiver reports pulses in milliseconds, alternating between signal and silence. The speed
 * of the operator drifts, so the decoder estimates the length of one dot as it goes: signals
 * shorter than two dots are dots, others are dashes, and each one updates the estimate by an
 * exponential moving average. Silences of about three dots end a letter, about seven a word.
 */
public final class MorseStream {

    private static final Map<String, Character> LETTERS = new HashMap<>();

    static {
        String[] codes = {
            ".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..",
            "--", "-.", "---", ".--.", "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-",
            "-.--", "--.."
        };
        for (int i = 0; i < codes.length; i++) {
            LETTERS.put(codes[i], (char) ('A' + i));
        }
    }

    private static final double SMOOTHING = 0.2;

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder symbol = new StringBuilder();
    private double dotMillis;

    public MorseStream(double initialDotMillis) {
        this.dotMillis = initialDotMillis;
    }

    public void signal(double millis) {
        boolean dash = millis >= 2 * dotMillis;
        symbol.append(dash ? '-' : '.');
        double observed = dash ? millis / 3 : millis;
        dotMillis += SMOOTHING * (observed - dotMillis);
    }

    public void silence(double millis) {
        if (millis >= 2 * dotMillis) {
            finishLetter();
        }
        boolean wordGap = millis >= 5 * dotMillis;
        if (wordGap && !text.isEmpty() && text.charAt(text.length() - 1) != ' ') {
            text.append(' ');
        }
    }

    /** Ends the transmission and returns everything decoded so far. */
    public String finish() {
        finishLetter();
        return text.toString().strip();
    }

    private void finishLetter() {
        if (!symbol.isEmpty()) {
            text.append(LETTERS.getOrDefault(symbol.toString(), '?'));
            symbol.setLength(0);
        }
    }

    public static void main(String[] args) {
        MorseStream decoder = new MorseStream(100);
        double[] pulses = {95, 100, 110, 105, 90, 100, 98, 310, 100, 300, 96, 120, 99};
        for (int i = 0; i < pulses.length; i++) {
            if (i % 2 == 0) {
                decoder.signal(pulses[i]);
            } else {
                decoder.silence(pulses[i]);
            }
        }
        System.out.println(decoder.finish()); // HEI
    }
}

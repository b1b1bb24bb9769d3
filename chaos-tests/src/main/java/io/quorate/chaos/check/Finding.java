package io.quorate.chaos.check;

/**
 * Something that must not be in a history.
 *
 * @param anomaly its name in the field, such as {@code G-single}
 * @param text what shows it, for people; one line or more
 */
public record Finding(String anomaly, String text) {
    @Override
    public String toString() {
        return anomaly + ": " + text;
    }
}

package io.quorate.chaos.check;

import java.util.List;

/**
 * What a checker makes of a history.
 *
 * @param judged how many calls it rests on
 * @param findings why it is no OK: what is wrong, or what could not be judged; empty where all is well
 */
public record Verdict(Result result, int judged, List<Finding> findings) {
    /** OK is said only where everything was judged. */
    public enum Result {
        OK,
        VIOLATION,
        UNKNOWN
    }

    /** More of the same kind say nothing new. */
    private static final int SHOWN = 10;

    public Verdict {
        findings = List.copyOf(findings);
    }

    static Verdict unknown(int judged, String why) {
        return new Verdict(Result.UNKNOWN, judged, List.of(new Finding("not judged", why)));
    }

    /** A history in which nothing was answered proves nothing. */
    static Verdict of(int judged, List<Finding> violations) {
        if (!violations.isEmpty()) {
            return new Verdict(Result.VIOLATION, judged, violations);
        }
        return judged == 0 ? unknown(0, "there is nothing to judge") : new Verdict(Result.OK, judged, List.of());
    }

    public boolean isOk() {
        return result == Result.OK;
    }

    /** For people: the result, and what shows it. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(result).append(", ").append(judged).append(" calls judged");
        findings.stream().limit(SHOWN).forEach(each -> text.append("\n\n").append(each));
        if (findings.size() > SHOWN) {
            text.append("\n\nand ").append(findings.size() - SHOWN).append(" more");
        }
        return text.toString();
    }
}

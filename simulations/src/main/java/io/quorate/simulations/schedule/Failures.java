package io.quorate.simulations.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What fails, from words to acts that do not get into each other's way. */
public final class Failures {
    /** As it is written on the command line and in files. */
    public static final String SYNTAX = "'n1 at 30s for 10s'; n1 may be leader, domain:2 or link:1-2 as well";

    private static final Pattern WORDS = Pattern.compile("(\\S+)\\s+at\\s+(\\S+)\\s+for\\s+(\\S+)");
    private static final Pattern DOMAIN = Pattern.compile("domain:(\\d{1,4})");
    private static final Pattern LINK = Pattern.compile("link:(\\d{1,4})-(\\d{1,4})");

    private record Span(Duration from, Duration until) {}

    private Failures() {}

    /**
     * Reads {@code TARGET at TIME for TIME}.
     *
     * @throws BadScenario that says what is wanted
     */
    public static Failure read(String text, ClusterPlan plan) {
        Matcher words = WORDS.matcher(text.strip());
        if (!words.matches()) {
            throw new BadScenario("fail: wants " + SYNTAX + ", is '" + text + "'");
        }
        Duration at = time(text, words.group(2));
        Duration lasts = time(text, words.group(3));
        String target = words.group(1);
        Matcher domain = DOMAIN.matcher(target);
        Matcher link = LINK.matcher(target);
        if (domain.matches()) {
            return Failure.domain(domain(text, domain.group(1), plan), plan, at, lasts);
        }
        if (link.matches()) {
            int one = domain(text, link.group(1), plan);
            int other = domain(text, link.group(2), plan);
            if (one == other) {
                throw new BadScenario("fail: '" + text + "': a link is between two domains");
            }
            return Failure.link(one, other, plan, at, lasts);
        }
        if (!target.equals(Disturbance.LEADER) && !plan.names().contains(target)) {
            throw new BadScenario("fail: '" + text + "': there is no '" + target + "', only n1"
                    + (plan.nodes() > 1 ? " to n" + plan.nodes() : "") + ", leader, domain:1"
                    + (plan.roles().domains() > 1 ? " to domain:" + plan.roles().domains() + ", and link:1-2" : ""));
        }
        return Failure.node(target, at, lasts);
    }

    private static int domain(String text, String number, ClusterPlan plan) {
        int domain = Integer.parseInt(number);
        if (domain < 1 || domain > plan.roles().domains()) {
            throw new BadScenario("fail: '" + text + "': there is no domain " + number + ", only 1"
                    + (plan.roles().domains() > 1 ? " to " + plan.roles().domains() : ""));
        }
        return domain;
    }

    private static Duration time(String text, String time) {
        return Times.read(time)
                .orElseThrow(() -> new BadScenario(
                        "fail: '" + text + "': wants times like 1.5s or 200ms, '" + time + "' is none"));
    }

    /**
     * What the nemesis is to do. It starts a node when the first of two power losses is over, and the end of any cut mends all of them: so
     * overlapping losses of one node are made one, and a cut is made again where another one ends meanwhile.
     */
    public static List<Act> acts(List<Failure> failures) {
        List<Act> acts = new ArrayList<>(dark(failures));
        List<Act> cuts = new ArrayList<>();
        for (Failure failure : failures) {
            switch (failure.act().what()) {
                case Disturbance.PowerLoss loss -> {}
                case Disturbance.Crash(String node) when !node.equals(Disturbance.LEADER) -> {}
                case Disturbance.Partition cut -> cuts.add(failure.act());
                case Disturbance.OneWay cut -> cuts.add(failure.act());
                case Disturbance.Isolate cut -> cuts.add(failure.act());
                default -> acts.add(failure.act());
            }
        }
        acts.addAll(again(cuts));
        return acts.stream().sorted(Comparator.comparing(Act::at)).toList();
    }

    private static List<Act> dark(List<Failure> failures) {
        Map<String, List<Span>> spans = new TreeMap<>();
        for (Failure failure : failures) {
            switch (failure.act().what()) {
                case Disturbance.Crash(String node)
                when !node.equals(Disturbance.LEADER) ->
                    add(spans, node, failure.at(), failure.act().lasts());
                case Disturbance.PowerLoss(Map<String, Duration> downFor) ->
                    downFor.forEach((node, lasts) -> add(spans, node, failure.at(), lasts));
                default -> {}
            }
        }
        Map<Duration, Map<String, Duration>> byBegin = new TreeMap<>();
        spans.forEach((node, each) -> {
            for (Span span : union(each)) {
                byBegin.computeIfAbsent(span.from(), from -> new TreeMap<>())
                        .put(node, span.until().minus(span.from()));
            }
        });
        List<Act> acts = new ArrayList<>();
        byBegin.forEach((at, downFor) -> acts.add(new Act(at, new Disturbance.PowerLoss(downFor), Duration.ZERO)));
        return acts;
    }

    private static void add(Map<String, List<Span>> spans, String node, Duration at, Duration lasts) {
        spans.computeIfAbsent(node, name -> new ArrayList<>()).add(new Span(at, at.plus(lasts)));
    }

    private static List<Span> union(List<Span> spans) {
        List<Span> union = new ArrayList<>();
        for (Span next : spans.stream().sorted(Comparator.comparing(Span::from)).toList()) {
            if (!union.isEmpty() && union.getLast().until().compareTo(next.from()) >= 0) {
                Span last = union.removeLast();
                Duration until = last.until().compareTo(next.until()) < 0 ? next.until() : last.until();
                union.add(new Span(last.from(), until));
            } else {
                union.add(next);
            }
        }
        return union;
    }

    private static List<Act> again(List<Act> cuts) {
        TreeSet<Duration> ends = new TreeSet<>();
        cuts.forEach(cut -> ends.add(cut.at().plus(cut.lasts())));
        List<Act> acts = new ArrayList<>();
        for (Act cut : cuts) {
            Duration until = cut.at().plus(cut.lasts());
            acts.add(cut);
            for (Duration end : ends.subSet(cut.at(), false, until, false)) {
                if (cut.what() instanceof Disturbance.Isolate(String node) && node.equals(Disturbance.LEADER)) {
                    throw new BadScenario(
                            "fail: '" + cut + "': another cut ends while it lasts, and who leads then is another");
                }
                acts.add(new Act(end, cut.what(), until.minus(end)));
            }
        }
        return acts;
    }
}

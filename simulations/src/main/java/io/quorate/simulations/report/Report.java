package io.quorate.simulations.report;

import io.quorate.node.role.Role;
import io.quorate.simulations.report.Figures.Promotion;
import io.quorate.simulations.report.Figures.QuorumLoss;
import io.quorate.simulations.report.Figures.Stall;
import io.quorate.simulations.schedule.ClusterPlan;
import io.quorate.simulations.schedule.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the runs of one plan came to, in words that the text and the page share.
 *
 * @param plan of all runs
 * @param runs one for each seed, in their order; at least one
 * @param worst the run with the fewest writes acknowledged in time: what is shown in full where there are several
 */
public record Report(ClusterPlan plan, List<Figures> runs, Recording worst) {
    /** A line of a table: a name and what it is. */
    record Line(String name, String value) {}

    public Report {
        runs = List.copyOf(runs);
    }

    /** Which of two recordings is shown in full. */
    public static Recording worse(Recording one, Recording other) {
        return Figures.of(other).availability() < Figures.of(one).availability() ? other : one;
    }

    /** For a terminal. */
    public String text() {
        return new TextReport(this).text();
    }

    /** A page that needs nothing beside itself. */
    public String html() {
        return new HtmlReport(this).html();
    }

    /** For programs. */
    public String json() {
        return JsonReport.of(this);
    }

    Figures worstFigures() {
        return Figures.of(worst);
    }

    List<String> advice() {
        return Advice.of(worst, worstFigures());
    }

    String title() {
        Map<Role, Long> roles = worst.rolesAtFirst().values().stream()
                .collect(Collectors.groupingBy(role -> role, Collectors.counting()));
        return Words.count(plan.nodes(), "node") + " in "
                + Words.count(plan.roles().domains(), "failure domain") + ": "
                + Words.count(roles.getOrDefault(Role.VOTER, 0L), "voter") + ", "
                + Words.count(roles.getOrDefault(Role.STANDBY, 0L), "standby") + ", "
                + Words.count(roles.getOrDefault(Role.SPARE, 0L), "spare");
    }

    String conditions() {
        return (plan.roles().domains() > 1
                        ? "One way " + plan.between() + " between domains, " + plan.within() + " within one. "
                        : "One way " + plan.within() + ". ")
                + Words.count(plan.writesPerSecond(), "write") + " a second, for "
                + plan.length().toSeconds() + " s from when every node has its role. Seed " + worst.seed()
                + (runs.size() > 1 ? ", the worst of " + runs.size() : "") + ".";
    }

    /** Who is where at the beginning. */
    List<Line> places() {
        Map<String, Role> roles = worst.rolesAtFirst();
        String leader = worst.leaderAtFirst().orElse("");
        List<Line> lines = new ArrayList<>();
        for (int domain = 1; domain <= plan.roles().domains(); domain++) {
            List<String> copies = new ArrayList<>();
            int spares = 0;
            for (String node : plan.nodesOf(domain)) {
                Role role = roles.get(node);
                if (role == Role.VOTER || role == Role.STANDBY) {
                    copies.add(node + " " + role.word() + (node.equals(leader) ? ", leads" : ""));
                } else {
                    spares++;
                }
            }
            if (spares > 0) {
                copies.add(Words.count(spares, "spare"));
            }
            lines.add(new Line("domain " + domain, String.join("; ", copies)));
        }
        return lines;
    }

    /** What fails, and when. */
    List<Line> failures() {
        return worst.failures().stream()
                .sorted(Comparator.comparing(Failure::at))
                .map(failure -> new Line(
                        failure.what(),
                        Words.seconds(failure.at().toNanos()) + " to "
                                + Words.seconds(failure.until().toNanos())))
                .toList();
    }

    /** The figures of the run that is shown in full. */
    List<Line> figures() {
        Figures figures = worstFigures();
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(
                "writes acknowledged within 1 s",
                Words.percent(figures.availability()) + " of " + String.format(Locale.ROOT, "%,d", figures.writes())));
        lines.add(new Line(
                "write stalls",
                figures.stalls().isEmpty()
                        ? "none"
                        : figures.stalls().size() + ", the longest " + Words.seconds(figures.longestStall()) + ", "
                                + Words.seconds(figures.stalledInAll()) + " in all"));
        Spread gaps = figures.withoutLeader();
        lines.add(new Line(
                "elections",
                gaps.count() == 0
                        ? "none"
                        : gaps.count() + "; nobody led for " + Words.seconds(gaps.median()) + " (median), "
                                + Words.seconds(gaps.max()) + " (longest)"));
        lines.add(new Line(
                "quorum lost",
                figures.quorumLosses().isEmpty()
                        ? "never"
                        : Words.count(figures.quorumLosses().size(), "time") + ", for "
                                + Words.seconds(figures.withoutQuorumInAll()) + " in all"));
        lines.add(new Line(
                "promotions",
                figures.promotions().isEmpty()
                        ? "none"
                        : "" + figures.promotions().size()));
        Spread calm = figures.undisturbed();
        lines.add(new Line(
                "a write, undisturbed",
                calm.count() == 0
                        ? "there was no time in which nothing failed"
                        : Words.millis(calm.median()) + " (median), " + Words.millis(calm.p99()) + " (p99)"));
        return lines;
    }

    List<String> promotions() {
        return worstFigures().promotions().stream().map(Report::promotion).toList();
    }

    private static String promotion(Promotion promotion) {
        return Words.at(promotion.at()) + "  " + promotion.node()
                + promotion.instead().map(node -> " votes instead of " + node).orElse(" votes as well")
                + (promotion.after().isPresent()
                        ? ", which was away for "
                                + Words.seconds(promotion.after().getAsLong())
                        : promotion.instead().isPresent() ? ", to spread the votes over the domains" : "");
    }

    List<String> losses() {
        return worstFigures().quorumLosses().stream().map(Report::loss).toList();
    }

    private static String loss(QuorumLoss loss) {
        return Words.at(loss.from()) + "  for " + Words.seconds(loss.took()) + ": of "
                + String.join(", ", loss.voters()) + " were away " + String.join(", ", loss.away());
    }

    static String stall(Stall stall) {
        return "nothing was acknowledged for " + Words.seconds(stall.took()) + " from " + Words.at(stall.from());
    }

    /** One run as a line of the table of all runs. */
    static List<String> cells(Figures run) {
        return List.of(
                Words.percent(run.availability()),
                "" + run.stalls().size(),
                Words.seconds(run.longestStall()),
                "" + run.elections().size(),
                Words.seconds(run.withoutLeader().max()),
                "" + run.promotions().size(),
                Words.seconds(run.withoutQuorumInAll()),
                Words.millis(run.undisturbed().median()),
                Words.millis(run.undisturbed().p99()));
    }

    static final List<String> CELLS = List.of(
            "within 1 s", "stalls", "longest", "elections", "no leader", "promotions", "no quorum", "p50", "p99");
}

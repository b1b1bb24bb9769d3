package io.quorate.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.report.Round.Moment;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class PromisesReportTest {
    private static final Map<String, List<String>> HELD = Map.of("nothing is lost", List.of());

    private static Round killed(int number, String victim, long elected, long written) {
        return new Round(
                Trial.KILL_LEADER,
                number,
                List.of(victim),
                1_000L * number,
                Map.of(Measure.ELECTED, elected, Measure.WRITTEN, written),
                List.of(new Moment(victim + " killed", 0), new Moment("a write is acknowledged", written)),
                WriteCounts.of(List.of(-50L, -20L, written), -200, written + 100));
    }

    private static PromisesReport report(List<Round> rounds, Map<String, List<String>> verdicts) {
        return new PromisesReport(7, 5, "Loopback addresses", 20, 60, rounds, 3_000, 0, verdicts);
    }

    private static PromisesReport ofTimes(long... written) {
        List<Round> rounds = new ArrayList<>();
        for (long each : written) {
            rounds.add(killed(rounds.size() + 1, "n1", each / 2, each));
        }
        return report(rounds, HELD);
    }

    @Test
    void the_table_has_a_line_for_each_measure_of_what_was_done_and_says_what_is_over_its_budget() {
        assertThat(ofTimes(900, 700, 1_600).table())
                .containsExactly(
                        "trial           measure            rounds    min median    p90    p99    max  budget",
                        "kill-leader     elected                 3    350    450    800    800    800",
                        "kill-leader     written                 3    700    900   1600   1600   1600  p99 1.5 s, max 5.0 s OVER");
        assertThat(ofTimes(900).table().getLast()).endsWith("p99 1.5 s, max 5.0 s within");
    }

    @Test
    void a_time_over_its_budget_breaks_no_promise_and_what_did_not_hold_does() {
        assertThat(ofTimes(9_000).allHeld()).isTrue();
        assertThat(report(List.of(), Map.of("nothing is lost", List.of("x-1 is lost")))
                        .allHeld())
                .isFalse();
    }

    @Test
    void the_typical_round_is_the_one_at_the_median_and_the_worst_the_longest() {
        PromisesReport report = ofTimes(900, 700, 1_600);
        assertThat(report.typical(Trial.KILL_LEADER)).map(Round::number).contains(1);
        assertThat(report.worst(Trial.KILL_LEADER)).map(Round::number).contains(3);
        assertThat(report.typical(Trial.RECOVER)).isEmpty();
    }

    @Test
    void the_document_has_each_rounds_raw_times_in_order_the_budgets_and_the_verdicts(@TempDir Path folder)
            throws Exception {
        ofTimes(900, 700).write(folder);
        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("promises.json").toFile());
        assertThat(json.path("allHeld").asBoolean()).isTrue();
        assertThat(json.path("verdicts").path("nothing is lost").isArray()).isTrue();
        JsonNode written = json.path("measures").path(1);
        assertThat(written.path("measure").asText()).isEqualTo("written");
        assertThat(written.path("millis").toString()).isEqualTo("[900,700]");
        assertThat(written.path("budget").toString()).isEqualTo("{\"p99\":1500,\"max\":5000}");
        assertThat(written.path("inBudget").asBoolean()).isTrue();
        JsonNode round = json.path("rounds").path(0);
        assertThat(round.path("millis").toString()).isEqualTo("{\"elected\":450,\"written\":900}");
        assertThat(round.path("writes").path("acknowledged").toString()).isEqualTo("[0,2,0,0,0,0,0,0,0,0,0,1]");
        assertThat(Files.readString(folder.resolve("promises.html"))).contains("No promise was broken");
    }

    @Test
    void the_page_needs_nothing_from_elsewhere_and_its_pictures_are_well_formed() throws Exception {
        for (PromisesReport report : List.of(ofTimes(), ofTimes(700), ofTimes(0), ofTimes(700, 900, 9_000))) {
            String html = new PromisesPage(report).html();
            assertThat(html)
                    .contains("prefers-color-scheme: dark")
                    .doesNotContain("<script", "http:", "https:", "url(");
            Matcher svg = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(html);
            while (svg.find()) {
                // Attributes of HTML need no quotes; those of XML do.
                String xml = svg.group().replaceAll("=([A-Za-z0-9.]+)(?=[ />])", "='$1'");
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
                assertThat(xml).doesNotContain("NaN", "Infinity");
            }
        }
    }

    @Test
    void a_page_without_rounds_says_so_little_and_one_round_is_shown_once() {
        assertThat(new PromisesPage(ofTimes()).html()).doesNotContain("<svg");
        assertThat(new PromisesPage(ofTimes(700)).html())
                .contains("A typical round, number 1, of n1")
                .doesNotContain("The worst round");
        assertThat(new PromisesPage(ofTimes(700, 900, 1_600)).html())
                .contains("A typical round, number 2", "The worst round, number 3", "Over its budget: 1");
    }

    @Test
    void what_was_broken_stands_at_the_top_and_nothing_that_is_told_becomes_markup() {
        Round round = killed(1, "<n1 & \"n2'>", 400, 700);
        String html = new PromisesPage(report(List.of(round), Map.of("nothing <is> lost", List.of("<b>x</b> is lost"))))
                .html();
        assertThat(html)
                .contains("A PROMISE WAS BROKEN", "nothing &lt;is&gt; lost", "VIOLATED: &lt;b&gt;x&lt;/b&gt; is lost")
                .contains("&lt;n1 &amp; &quot;n2&#39;&gt; killed")
                .doesNotContain("<b>x", "<n1");
    }

    @Test
    void numbers_in_pictures_are_the_same_wherever_the_reader_sits() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            String there = new PromisesPage(ofTimes(700, 900)).html();
            Locale.setDefault(Locale.ROOT);
            assertThat(there).isEqualTo(new PromisesPage(ofTimes(700, 900)).html());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void a_budget_in_sight_is_a_line_and_one_that_is_far_above_is_words() {
        assertThat(new PercentilePlot(List.of(900L), Budget.p99(1_500, 5_000)).svg())
                .contains("class=budget");
        assertThat(new PercentilePlot(List.of(100L), Budget.never(5_000)).svg())
                .contains("budget: 5000 ms, far above")
                .doesNotContain("class=budget");
        assertThat(new PercentilePlot(List.of(100L), Budget.NONE).svg()).doesNotContain("budget");
        assertThat(new PercentilePlot(List.of(), Budget.NONE).svg()).contains("no round was measured");
    }

    @Test
    void lines_across_a_picture_are_at_round_numbers_and_few() {
        assertThat(List.of(1L, 4L, 9L, 700L, 1_600L, 30_000L).stream()
                        .map(PercentilePlot::step)
                        .toList())
                .containsExactly(1L, 1L, 2L, 200L, 500L, 10_000L);
    }

    @Test
    void writes_are_counted_in_tenths_of_a_second_and_only_those_in_sight() {
        WriteCounts writes = WriteCounts.of(List.of(-201L, -200L, -101L, -100L, 0L, 99L, 100L, 250L), -200, 200);
        assertThat(writes.counts()).containsExactly(2, 1, 2, 1);
        assertThat(writes.to()).isEqualTo(200);
        assertThat(WriteCounts.of(List.of(), 0, 0).counts()).isEmpty();
        assertThat(WriteCounts.of(List.of(), 0, 10_000_000).counts()).hasSizeLessThanOrEqualTo(1_200);
    }

    @Test
    void percentiles_are_times_that_were_measured() {
        List<Long> hundred = new ArrayList<>();
        for (long each = 100; each >= 1; each--) {
            hundred.add(each);
        }
        assertThat(Spread.of(hundred)).isEqualTo(new Spread(100, 1, 51, 90, 99, 100));
        assertThat(Spread.of(List.of(5L))).isEqualTo(new Spread(1, 5, 5, 5, 5, 5));
    }
}

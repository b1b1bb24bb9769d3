package io.quorate.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.RunningNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Add-ons of a folder, against a node that runs. */
class AddonCommandsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @TempDir
    static Path root;

    private static RunningNode node;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n12"), "n12");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private record Ended(int code, String out, String err) {}

    private static Ended run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--data-folder");
        all.add(root.resolve("n12").toString());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = QuorateCli.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
        return new Ended(code, out.toString(), err.toString());
    }

    /** @param name of its only object */
    private static void offer(Path folder, String version, String name) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("addons.yaml"),
                "addons: [{name: till, version: '" + version
                        + "', description: Takes money, manifests: [till.yaml]}]\n");
        Files.writeString(
                folder.resolve("till.yaml"), "kind: ConfigMap\napiVersion: v1\nmetadata: {name: " + name + "}\n");
    }

    private static int send(String method, String path, String body) throws Exception {
        return node.send(node.request(path).method(method, BodyPublishers.ofString(body)))
                .statusCode();
    }

    @Test
    void what_was_cut_off_is_gone_on_with_and_what_is_somebody_elses_is_left() throws Exception {
        Path shop = root.resolve("shop");
        offer(shop, "1", "drawer");
        assertThat(send("POST", MAPS, "{\"metadata\":{\"name\":\"drawer\"}}")).isEqualTo(201);
        Ended refused = run("enable", "till", "--repository", shop.toString());
        assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err())
                .contains("configmap/drawer in default is there already, and is not of the add-on till");
        assertThat(run("status").out())
                .contains("    till                 # (shop) Takes money (enabling; where that was cut off:");

        assertThat(send("DELETE", MAPS + "/drawer", "")).isEqualTo(200);
        Ended enabled = run("enable", "shop/till", "--repository", shop.toString());
        assertThat(enabled.err()).isEmpty();
        assertThat(enabled.out())
                .isEqualTo("enabling till 1 from shop\nconfigmap/drawer applied\ntill is enabled\n"
                        .replace("\n", System.lineSeparator()));
        assertThat(run("status").out())
                .contains("    till                 # (shop) Takes money" + System.lineSeparator());

        offer(shop, "2", "safe");
        assertThat(run("enable", "till", "--repository", shop.toString()).out())
                .as("what the version before had besides goes")
                .contains("configmap/safe applied", "configmap/drawer deleted", "till is enabled");
        assertThat(new ObjectMapper()
                        .readTree(run("addons", "-o", "json").out())
                        .findValuesAsText("version"))
                .contains("2");
        assertThat(run("addons", "-o", "name").out()).contains("till");

        Ended disabled = run("disable", "till");
        assertThat(disabled.out()).contains("configmap/safe deleted", "till is disabled");
        assertThat(run("disable", "till").out()).contains("till is not enabled");
        assertThat(send("GET", MAPS + "/safe", "")).isEqualTo(404);
        assertThat(run("addons").out()).doesNotContain("till");
    }

    @Test
    void one_that_is_not_there_is_told_with_those_that_are() {
        Ended none = run("enable", "dns");
        assertThat(none.code()).isEqualTo(ExitCode.FAILED);
        assertThat(none.err())
                .contains("there is no add-on dns; there are dashboard, demo, hostpath-storage, metrics.");
        assertThat(run("enable").code()).isEqualTo(ExitCode.USAGE);
    }
}

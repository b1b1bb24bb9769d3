package io.quorate.chaos.pods;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What a guided tour shows people with the real {@code kubectl}: three nginx, ten microbots, services, a node that is drained, a roll-out and the way
 * back. Each command is shown with what it prints, and has to print what kubernetes prints.
 */
public final class PodDemo {
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final int MICROBOTS = 10;
    private static final int MOST_REQUESTS = 5_000;

    private static final String WAIT = "--timeout=180s";

    private static final String TALKER = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: words}
            data: {word: good}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: talker, labels: {app: talker}}
            spec:
              restartPolicy: Never
              containers:
              - name: talker
                image: busybox
                command: [sh, -c, "for i in 1 2 3; do echo $WORD line $i; sleep 1; done"]
                env: [{name: WORD, valueFrom: {configMapKeyRef: {name: words, key: word}}}]
            """;

    private final Kubectl kubectl;
    private final Path root;
    private final List<String> nodes;
    private final List<String> addresses;
    private final Consumer<String> shown;
    private final List<String> violations = new ArrayList<>();

    /**
     * @param root where its files go
     * @param nodes names, three or more
     * @param addresses of the nodes
     * @param shown told what people are to see
     */
    public PodDemo(Kubectl kubectl, Path root, List<String> nodes, List<String> addresses, Consumer<String> shown) {
        this.kubectl = kubectl;
        this.root = root;
        this.nodes = List.copyOf(nodes);
        this.addresses = List.copyOf(addresses);
        this.shown = shown;
    }

    /**
     * All of it.
     *
     * @return what was not as in kubernetes
     */
    public List<String> run() throws IOException, InterruptedException {
        try {
            deployments();
            services();
            drain();
            rollouts();
            pods();
            watch();
        } finally {
            end();
        }
        return List.copyOf(violations);
    }

    private String shows(String command, String... patterns) throws IOException, InterruptedException {
        shown.accept("$ kubectl " + command);
        Kubectl.Ended ended = kubectl.run(command.split(" "));
        shown.accept(ended.said());
        if (ended.exitCode() != 0) {
            violations.add(ended.told());
        }
        expect(command, ended.said(), patterns);
        return ended.said();
    }

    private void expect(String what, String said, String... patterns) {
        for (String pattern : patterns) {
            if (!Pattern.compile(pattern, Pattern.MULTILINE).matcher(said).find()) {
                violations.add(what + " does not print " + pattern + ", but " + said);
            }
        }
    }

    private void holds(String what, boolean holds) {
        if (!holds) {
            violations.add(what);
        }
    }

    private void deployments() throws IOException, InterruptedException {
        shows(
                "get node",
                "^NAME +STATUS +ROLES +AGE +VERSION$",
                "^" + nodes.getFirst() + " +Ready +control-plane +[0-9smh]+ +\\S+",
                "^" + nodes.getLast() + " +Ready +control-plane +");
        shows("create deploy nginx --image=nginx:1.25 --replicas=3", "^deployment.apps/nginx created$");
        shows("create deploy microbot --image=dontrebootme/microbot:v1", "^deployment.apps/microbot created$");
        shows("scale deploy microbot --replicas=" + MICROBOTS, "^deployment.apps/microbot scaled$");
        for (String deployment : List.of("nginx", "microbot")) {
            shows(
                    "rollout status deploy/" + deployment + " " + WAIT,
                    "^deployment \"" + deployment + "\" successfully rolled out$");
        }
        shows(
                "get deploy",
                "^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$",
                "^microbot +10/10 +10 +10 +",
                "^nginx +3/3 +3 +3 +");
        String wide = shows(
                "get pod -o wide",
                "^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES$",
                "^microbot-[a-z0-9]+-[a-z0-9]{5} +1/1 +Running +0 +[0-9smh]+ +127\\.[0-9.]+ +\\S+ +<none> +<none>$");
        for (String node : nodes) {
            holds("no pod is on " + node + ": " + wide, wide.contains(" " + node + " "));
        }
        String nginx = shows("get pod -l app=nginx", "^NAME +READY +STATUS +RESTARTS +AGE$");
        holds("other than three nginx: " + nginx, nginx.lines().count() == 4);
    }

    private void services() throws IOException, InterruptedException {
        shows("expose deploy microbot --type=NodePort --port=80", "^service/microbot exposed$");
        shows("expose deploy nginx --type=NodePort --port=80", "^service/nginx exposed$");
        shows(
                "get svc",
                "^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\\(S\\) +AGE$",
                "^microbot +NodePort +127\\.152\\.[0-9.]+ +<none> +80:3[0-9]{4}/TCP +");
        answers();
    }

    /** At the node port of each node all microbots answer, wherever they run. */
    private void answers() throws IOException, InterruptedException {
        int port =
                Integer.parseInt(kubectl.prints("get", "svc", "microbot", "-o", "jsonpath={.spec.ports[0].nodePort}"));
        for (String address : addresses) {
            InetSocketAddress site = new InetSocketAddress(address, port);
            try (SiteClients clients = new SiteClients(List.of(site), PAUSE)) {
                SiteClients.Tally tally = clients.tally();
                while (tally.pods().size() < MICROBOTS && tally.answered() < MOST_REQUESTS) {
                    clients.awaitMore(1);
                    tally = clients.tally();
                }
                shown.accept("http://" + address + ":" + port + "/: " + tally);
                holds("at " + address + " answer " + tally.pods(), tally.pods().size() == MICROBOTS);
                violations.addAll(tally.failures());
            }
        }
    }

    private void drain() throws IOException, InterruptedException {
        String node = nodes.getFirst();
        shows(
                "drain " + node + " --ignore-daemonsets " + WAIT,
                "^node/" + node + " cordoned$",
                "^evicting pod default/microbot-",
                "^pod/microbot-\\S+ evicted$",
                "^node/" + node + " (drained|evicted)$");
        shows("get node", "^" + node + " +Ready,SchedulingDisabled +control-plane +");
        shows("rollout status deploy/microbot " + WAIT, "successfully rolled out");
        shows("rollout status deploy/nginx " + WAIT, "successfully rolled out");
        String homes = kubectl.prints("get", "pod", "-o", "jsonpath={.items[*].spec.nodeName}");
        holds("a pod is on " + node + ", which was drained: " + homes, !homes.contains(node));
        answers();
        shows("uncordon " + node, "^node/" + node + " uncordoned$");
    }

    private void rollouts() throws IOException, InterruptedException {
        shows("set image deploy/nginx nginx=nginx:1.26", "^deployment.apps/nginx image updated$");
        shows("rollout status deploy/nginx " + WAIT, "successfully rolled out");
        shows("rollout history deploy/nginx", "^REVISION +CHANGE-CAUSE$", "^1 +<none>$", "^2 +<none>$");
        shows("rollout undo deploy/nginx", "^deployment.apps/nginx rolled back$");
        shows("rollout status deploy/nginx " + WAIT, "successfully rolled out");
        String images =
                kubectl.prints("get", "pod", "-l", "app=nginx", "-o", "jsonpath={.items[*].spec.containers[*].image}");
        holds("after the undo there is " + images, images.contains("nginx:1.25"));
        shows(
                "describe deploy microbot",
                "^Replicas: +10 desired \\| 10 updated \\| 10 total \\| 10 available \\| 0 unavailable$",
                "^StrategyType: +RollingUpdate$",
                "Scaled up replica set microbot-[a-z0-9]+ ");
    }

    private void pods() throws IOException, InterruptedException {
        Path file = Files.writeString(root.resolve("talker.yaml"), TALKER);
        shows("apply -f " + file, "^configmap/words created$", "^pod/talker created$");
        shows("wait --for=condition=Ready pod/talker " + WAIT, "^pod/talker condition met$");
        String logs = shows("logs -f talker", "^good line 3$");
        holds("the log is " + logs, logs.equals("good line 1\ngood line 2\ngood line 3\n"));
        shows(
                "describe pod talker",
                "^Node: +\\S+/[0-9.]+$",
                "^ +Normal +Scheduled +.*Successfully assigned default/talker to ",
                "^ +Normal +Pulled +",
                "^ +Normal +Created +",
                "^ +Normal +Started +.*Started container talker$");
        shows("apply -f " + file, "^configmap/words unchanged$");
        shows("delete -f " + file, "^configmap \"words\" deleted", "^pod \"talker\" deleted");
    }

    private void watch() throws IOException, InterruptedException {
        shown.accept("$ kubectl get deploy nginx -w");
        Process watch = kubectl.start("get", "deploy", "nginx", "-w");
        try (BufferedReader lines = watch.inputReader()) {
            List<String> said = new ArrayList<>(List.of(lines.readLine(), lines.readLine()));
            shows("scale deploy nginx --replicas=4", "^deployment.apps/nginx scaled$");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.contains("4/4")) {
                    break;
                }
            }
            said.forEach(shown);
            expect(
                    "get -w",
                    String.join("\n", said),
                    "^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$",
                    "^nginx +3/3 +",
                    "^nginx +3/4 +",
                    "^nginx +4/4 +");
        } finally {
            watch.destroyForcibly();
        }
    }

    private void end() throws IOException, InterruptedException {
        shows(
                "delete deploy,svc nginx microbot",
                "^deployment.apps \"microbot\" deleted",
                "^service \"nginx\" deleted");
        kubectl.run("wait", "--for=delete", "pod", "--all", WAIT); // what runs would outlive the nodes
        shows("get pod", "^No resources found in default namespace\\.$");
    }
}

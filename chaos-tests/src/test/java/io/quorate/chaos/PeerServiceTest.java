package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.peer.ControlPlane;
import io.quorate.persistence.peer.ControlPlaneExtension;
import io.quorate.sample.Invoicing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service in a process of its own, and nodes that are killed under it. */
class PeerServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ORDERS = 60;

    @TempDir
    Path folder;

    private LocalCluster cluster;
    private final List<ActorSystem<?>> applications = new ArrayList<>();

    @BeforeEach
    void start() throws InterruptedException {
        cluster = LocalCluster.start(folder, Launchers.subnet(), Launchers.underTest(), 3);
    }

    @AfterEach
    void stop() throws Exception {
        for (ActorSystem<?> application : applications) {
            application.terminate();
            application.getWhenTerminated().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        cluster.close();
    }

    /** An application with what an operator gives it: contact points and the file that `quorate config` prints. */
    private ActorSystem<?> application(String name) throws IOException {
        Launcher.Printed printed =
                cluster.nodes().getFirst().quorate("config", "--service", name, "--address", "127.0.0.1");
        assertThat(printed.exitCode()).as(printed.text()).isZero();
        Path credentials = Files.writeString(folder.resolve(name + ".pem"), printed.text());
        String contacts = cluster.nodes().stream()
                .map(node -> "\"" + node.api().address().replaceFirst(":.*", ":19001") + "\"")
                .collect(Collectors.joining(","));
        ActorSystem<?> application = ActorSystem.create(
                SpawnProtocol.create(),
                name,
                ConfigFactory.parseString("quorate.contact-points = [%s], quorate.credentials = \"%s\""
                                .formatted(contacts, credentials))
                        .withFallback(ConfigFactory.load()));
        applications.add(application);
        return application;
    }

    private static ControlPlane.ClusterStatus status(ActorSystem<?> application) throws Exception {
        return (ControlPlane.ClusterStatus) AskPattern.ask(
                        ControlPlaneExtension.get(application).actor(),
                        ControlPlane.GetStatus::new,
                        PATIENCE,
                        application.scheduler())
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Sends a command until it is known what came of it; its id makes that harmless. */
    private static ControlPlane.CommandReply send(ActorSystem<?> application, String id, ControlPlane.Command command)
            throws Exception {
        while (true) {
            ControlPlane.CommandReply reply = AskPattern.ask(
                            ControlPlaneExtension.get(application).actor(),
                            (ActorRef<ControlPlane.CommandReply> to) -> new ControlPlane.SendCommand(id, command, to),
                            PATIENCE,
                            application.scheduler())
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            boolean again = reply instanceof ControlPlane.OutcomeUnknown
                    || reply instanceof ControlPlane.Refused refused
                            && refused.kind().equals("no-leader");
            if (!again) {
                return reply;
            }
        }
    }

    /** Everything that a subscriber gets who always asks for five more. */
    private static BlockingQueue<ControlPlane.Event> subscribe(
            ActorSystem<?> application, String name, ControlPlane.Filter filter) {
        BlockingQueue<ControlPlane.Event> events = new LinkedBlockingQueue<>();
        ActorRef<ControlPlane.Delivery> subscriber = application.systemActorOf(
                Behaviors.setup(context -> {
                    List<ActorRef<ControlPlane.SubscriptionRequest>> subscription = new ArrayList<>();
                    return Behaviors.receiveMessage(delivery -> {
                        switch (delivery) {
                            case ControlPlane.Subscribed(var stands) -> {
                                subscription.add(stands);
                                stands.tell(new ControlPlane.Demand(5));
                            }
                            case ControlPlane.EventDelivered(var event) -> {
                                events.add(event);
                                subscription.getFirst().tell(new ControlPlane.Demand(1));
                            }
                            case ControlPlane.SubscriptionEnded ended ->
                                context.getLog().error("{}", ended);
                        }
                        return Behaviors.same();
                    });
                }),
                name,
                Props.empty());
        ControlPlaneExtension.get(application)
                .actor()
                .tell(new ControlPlane.Subscribe(Offset.ZERO, filter, subscriber));
        return events;
    }

    private static ControlPlane.Event next(BlockingQueue<ControlPlane.Event> events) throws InterruptedException {
        ControlPlane.Event event = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(event).as("the next event").isNotNull();
        return event;
    }

    private void placeOrders(ActorSystem<?> shop, int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            ControlPlane.NewEvent order = new ControlPlane.NewEvent(
                    "order-placed.v1", ("order-" + i).getBytes(StandardCharsets.UTF_8), List.of("orders"));
            assertThat(send(shop, "place-" + i, new ControlPlane.AppendEvents("orders", i - 1, List.of(order))))
                    .isEqualTo(new ControlPlane.Done("place-" + i, i));
        }
    }

    private NodeProcess node(String name) {
        return cluster.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_subscription_goes_on_without_a_gap_when_the_node_behind_it_is_killed_and_tells_who_did_what()
            throws Exception {
        ActorSystem<?> shop = application("shop");
        ActorSystem<?> billing = application("billing");
        ControlPlane.ClusterStatus before = status(billing);
        assertThat(before.highAvailability()).isTrue();
        assertThat(before.nodes()).extracting(ControlPlane.Node::role).containsOnly("voter");

        BlockingQueue<ControlPlane.Event> orders = subscribe(billing, "orders", new ControlPlane.Tagged("orders"));
        placeOrders(shop, 1, ORDERS / 3);
        List<ControlPlane.Event> seen = new ArrayList<>(List.of(next(orders)));

        node(before.answeredBy()).kill(); // it is asked for everything: by both, and it may lead
        placeOrders(shop, ORDERS / 3 + 1, 2 * ORDERS / 3);
        assertThat(status(billing).answeredBy()).isNotEqualTo(before.answeredBy());
        node(before.answeredBy()).start();
        node(status(billing).answeredBy()).kill();
        placeOrders(shop, 2 * ORDERS / 3 + 1, ORDERS);

        while (seen.size() < ORDERS) {
            seen.add(next(orders));
        }
        assertThat(seen)
                .extracting(ControlPlane.Event::sequenceNr)
                .isEqualTo(LongStream.rangeClosed(1, ORDERS).boxed().toList());
        assertThat(seen).extracting(ControlPlane.Event::by).containsOnly("service shop");
        assertThat(seen)
                .extracting(ControlPlane.Event::commandId)
                .isEqualTo(IntStream.rangeClosed(1, ORDERS)
                        .mapToObj(i -> "place-" + i)
                        .toList());
        // Whatever came twice would stand before this one.
        placeOrders(shop, ORDERS + 1, ORDERS + 1);
        assertThat(next(orders).sequenceNr()).isEqualTo(ORDERS + 1);

        ControlPlane.CommandReply refused = send(shop, "remove", new ControlPlane.RemoveNode("n3", false));
        assertThat(((ControlPlane.Refused) refused).message()).contains("service shop may not remove nodes");
        awaitInHistory(status(shop).answeredBy(), "service shop may not remove nodes");
    }

    /** The command is a process of its own, which takes its time: that is the pause between two looks. */
    private void awaitInHistory(String at, String words) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String text = "";
        while (System.nanoTime() < end) {
            text = node(at).quorate("history").text();
            if (text.contains(words)) {
                return;
            }
        }
        throw new AssertionError("'" + words + "' is not in the history:\n" + text);
    }

    @Test
    void the_sample_writes_each_invoice_once_though_it_ends_and_its_node_is_killed() throws Exception {
        ActorSystem<?> shop = application("shop");
        ActorSystem<?> first = application("billing");
        BlockingQueue<ControlPlane.Event> keys = subscribe(shop, "keys", new ControlPlane.OfEntity("kv"));
        first.systemActorOf(Invoicing.create(), "invoicing", Props.empty());
        placeOrders(shop, 1, 20);
        List<String> invoices = new ArrayList<>();
        awaitInvoices(keys, invoices, 10);

        node(status(first).answeredBy()).kill();
        first.terminate();
        ActorSystem<?> second = application("billing", first);
        second.systemActorOf(Invoicing.create(), "invoicing", Props.empty());
        placeOrders(shop, 21, 40);
        awaitInvoices(keys, invoices, 40);

        assertThat(invoices).doesNotHaveDuplicates();
        assertThat(Set.copyOf(invoices))
                .isEqualTo(IntStream.rangeClosed(1, 40)
                        .mapToObj(i -> "invoices/order-" + i)
                        .collect(Collectors.toSet()));
    }

    /** The same application in a process that takes the place of another. */
    private ActorSystem<?> application(String name, ActorSystem<?> instead) {
        ActorSystem<?> application = ActorSystem.create(
                SpawnProtocol.create(), name, instead.settings().config());
        applications.add(application);
        return application;
    }

    private static void awaitInvoices(BlockingQueue<ControlPlane.Event> keys, List<String> invoices, int count)
            throws InterruptedException {
        while (invoices.size() < count) {
            ControlPlane.Event event = next(keys);
            assertThat(event.by()).isEqualTo("service billing");
            String key = new io.quorate.persistence.contract.ByteReader(event.payload()).text();
            if (key.startsWith("invoices/")) {
                invoices.add(key);
            }
        }
    }
}

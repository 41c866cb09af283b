// SPDX-License-Identifier: GPL-3.0-or-later

// Gets answers with Java's two clients, which resume sessions: java Get COUNT CA < TARGETS
//
// A line of TARGETS has a name, HOST:PORT, and the file whose bytes the body must have. Prints
// how the requests to each target ended, by client, and exits 0 if all bodies came whole.

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class Get {
	interface Client {
		byte[] get(URI uri) throws IOException, InterruptedException;
	}

	static SSLContext trusting(String ca) throws Exception {
		KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
		store.load(null);
		try (FileInputStream file = new FileInputStream(ca)) {
			store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509")
				.generateCertificate(file));
		}
		TrustManagerFactory trust = TrustManagerFactory
			.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(store);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust.getTrustManagers(), null);
		return context;
	}

	static boolean all(String name, int count, Client client, URI uri, byte[] wanted)
		throws InterruptedException {
		Map<String, Integer> ends = new TreeMap<>();
		for (int i = 0; i < count; i++) {
			String end;
			try {
				end = Arrays.equals(client.get(uri), wanted) ? "whole" : "another body";
			} catch (IOException e) {
				end = e.toString();
			}
			ends.merge(end, 1, Integer::sum);
		}
		System.out.println(name + " " + ends);
		return ends.getOrDefault("whole", 0) == count;
	}

	public static void main(String[] arguments) throws Exception {
		int count = Integer.parseInt(arguments[0]);
		SSLContext context = trusting(arguments[1]);
		HttpClient http = HttpClient.newBuilder().sslContext(context).build();
		Client newer = uri -> http.send(HttpRequest.newBuilder(uri).build(),
			BodyHandlers.ofByteArray()).body();
		Client older = uri -> {
			HttpsURLConnection connection =
				(HttpsURLConnection) uri.toURL().openConnection();
			connection.setSSLSocketFactory(context.getSocketFactory());
			/* It names text/html otherwise, as browsers do. */
			connection.setRequestProperty("Accept", "*/*");
			return connection.getInputStream().readAllBytes();
		};
		BufferedReader targets = new BufferedReader(new InputStreamReader(System.in));
		boolean whole = true;
		for (String line; (line = targets.readLine()) != null;) {
			String[] target = line.split(" ");
			URI uri = URI.create("https://" + target[1] + "/");
			byte[] wanted = Files.readAllBytes(Path.of(target[2]));
			whole &= all(target[0] + " HttpClient", count, newer, uri, wanted);
			whole &= all(target[0] + " HttpsURLConnection", count, older, uri, wanted);
		}
		System.exit(whole ? 0 : 1);
	}
}

// Verifies signed envelopes without a line of the project's code: canonical form by the JDK, Streebog and GOST R 34.10-2012
// by BouncyCastle. A file name in, a line out: `good` with the local names of the signed elements, or `bad` with the reason.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import javax.xml.crypto.Data;
import javax.xml.crypto.NodeSetData;
import javax.xml.crypto.OctetStreamData;
import javax.xml.crypto.dsig.TransformService;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.cryptopro.ECGOST3410NamedCurves;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECGOST3410_2012Signer;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

public class EnvelopeJudge {
    static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    static final String WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    static final String WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    static final String EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
    static final String URI = "http://www.w3.org/2001/04/xmldsig-more#";
    static final String URN = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:";
    static final Map<String, String> HASHES = Map.of(
        URI + "gostr34112012-256", "GOST3411-2012-256", URI + "gostr34112012-512", "GOST3411-2012-512",
        URN + "gostr34112012-256", "GOST3411-2012-256", URN + "gostr34112012-512", "GOST3411-2012-512");
    /// The hash function of a signature algorithm.
    static final Map<String, String> SIGNATURES = Map.of(
        URI + "gostr34102012-gostr34112012-256", "GOST3411-2012-256",
        URI + "gostr34102012-gostr34112012-512", "GOST3411-2012-512",
        URN + "gostr34102012-gostr34112012-256", "GOST3411-2012-256",
        URN + "gostr34102012-gostr34112012-512", "GOST3411-2012-512");

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer;
            try {
                answer = "good " + String.join(" ", verify(Path.of(line)));
            } catch (Exception error) {
                answer = "bad " + error;
            }
            System.out.println(answer.replace('\n', ' '));
        }
    }

    /// The local names of what is signed.
    static List<String> verify(Path file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Document document = factory.newDocumentBuilder().parse(file.toFile());
        Element signature = only(document.getElementsByTagNameNS(DS, "Signature"), "Signature");
        Element info = child(signature, "SignedInfo");
        demand(EXCLUSIVE.equals(child(info, "CanonicalizationMethod").getAttribute("Algorithm")), "canonical form");

        String hash = SIGNATURES.get(child(info, "SignatureMethod").getAttribute("Algorithm"));
        demand(hash != null, "signature algorithm");
        byte[] digestOfInfo = MessageDigest.getInstance(hash, "BC").digest(canonical(info));
        byte[] value = base64(child(signature, "SignatureValue"));
        ECGOST3410_2012Signer verifier = new ECGOST3410_2012Signer();
        verifier.init(false, key(document, signature));
        // s before r, both big-endian.
        BigInteger s = new BigInteger(1, Arrays.copyOf(value, value.length / 2));
        BigInteger r = new BigInteger(1, Arrays.copyOfRange(value, value.length / 2, value.length));
        demand(verifier.verifySignature(digestOfInfo, r, s), "signature value");

        List<String> signed = new ArrayList<>();
        NodeList references = info.getElementsByTagNameNS(DS, "Reference");
        for (int index = 0; index < references.getLength(); index++) {
            Element reference = (Element) references.item(index);
            Element transform = only(reference.getElementsByTagNameNS(DS, "Transform"), "Transform");
            demand(EXCLUSIVE.equals(transform.getAttribute("Algorithm")), "transform");
            Element element = byId(document, reference.getAttribute("URI"));
            String digest = HASHES.get(child(reference, "DigestMethod").getAttribute("Algorithm"));
            demand(digest != null, "hash function");
            byte[] computed = MessageDigest.getInstance(digest, "BC").digest(canonical(element));
            demand(MessageDigest.isEqual(computed, base64(child(reference, "DigestValue"))),
                "digest of " + element.getLocalName());
            signed.add(element.getLocalName());
        }
        demand(!signed.isEmpty(), "references");
        return signed;
    }

    /// The key of the certificate in the token. Its parameters are read here: the library's own reader wants two identifiers
    /// in them, and the younger sets have one.
    static ECPublicKeyParameters key(Document document, Element signature) throws Exception {
        Element use = only(signature.getElementsByTagNameNS(WSSE, "Reference"), "reference to the token");
        SubjectPublicKeyInfo info = Certificate.getInstance(base64(byId(document, use.getAttribute("URI"))))
            .getSubjectPublicKeyInfo();
        ASN1Sequence parameters = ASN1Sequence.getInstance(info.getAlgorithm().getParameters());
        X9ECParameters curve =
            ECGOST3410NamedCurves.getByOIDX9(ASN1ObjectIdentifier.getInstance(parameters.getObjectAt(0)));
        ECDomainParameters domain =
            new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
        // x before y, both little-endian; reversed as a whole, y comes first.
        byte[] point = ASN1OctetString.getInstance(info.parsePublicKey()).getOctets();
        byte[] turned = org.bouncycastle.util.Arrays.reverse(point);
        BigInteger y = new BigInteger(1, Arrays.copyOf(turned, turned.length / 2));
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(turned, turned.length / 2, turned.length));
        return new ECPublicKeyParameters(domain.getCurve().createPoint(x, y), domain);
    }

    static byte[] canonical(Element element) throws Exception {
        TransformService service = TransformService.getInstance(EXCLUSIVE, "DOM");
        service.init((TransformParameterSpec) null);
        Data result = service.transform(new Subtree(element), null);
        return ((OctetStreamData) result).getOctetStream().readAllBytes();
    }

    /// An element with all that is in it, in document order, name spaces in scope included.
    static class Subtree implements NodeSetData<Node> {
        final List<Node> nodes = new ArrayList<>();

        Subtree(Element root) {
            add(root);
        }

        void add(Node node) {
            nodes.add(node);
            NamedNodeMap attributes = node.getAttributes();
            for (int index = 0; attributes != null && index < attributes.getLength(); index++) {
                nodes.add(attributes.item(index));
            }
            for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
                add(child);
            }
        }

        public Iterator<Node> iterator() {
            return nodes.iterator();
        }
    }

    /// The one element with this identifier.
    static Element byId(Document document, String reference) {
        demand(reference.startsWith("#"), "reference outside the envelope");
        Element found = null;
        NodeList all = document.getElementsByTagNameNS("*", "*");
        for (int index = 0; index < all.getLength(); index++) {
            Element element = (Element) all.item(index);
            boolean named = reference.substring(1).equals(element.getAttributeNS(WSU, "Id"))
                || reference.substring(1).equals(element.getAttribute("Id"));
            demand(!named || found == null, "identifier twice");
            found = named ? element : found;
        }
        demand(found != null, "identifier of nothing");
        return found;
    }

    static Element child(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (DS.equals(node.getNamespaceURI()) && name.equals(node.getLocalName())) {
                return (Element) node;
            }
        }
        throw new IllegalArgumentException("no " + name);
    }

    static Element only(NodeList list, String name) {
        demand(list.getLength() == 1, "not one " + name);
        return (Element) list.item(0);
    }

    static byte[] base64(Element element) {
        return Base64.getMimeDecoder().decode(element.getTextContent());
    }

    static void demand(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}

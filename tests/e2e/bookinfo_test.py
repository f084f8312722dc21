#!/usr/bin/env python3
"""The request routing, traffic shifting and fault injection tutorials of Istio, on its own YAML where it is present."""
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from harness import MeshTest, eventually, http_get, istio_sample

BLACK, RED, ANY = "star text-black-500", "star text-red-500", "glyphicon glyphicon-star"  # markup, not the style sheet


class Bookinfo(MeshTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.address = cls.mesh.ingress()
        status, headers, _ = http_get(cls.address, "/login", method="POST", body="username=jason&passwd=x",
                                      headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 302, status
        cls.jason = {"Cookie": headers.get("set-cookie", headers.get("Set-Cookie")).split(";")[0]}

    def page(self, user=None):
        status, _, text = http_get(self.address, "/productpage", self.jason if user else None, timeout=20)
        self.assertEqual(status, 200, text[:300])
        self.assertIn("<title>Simple Bookstore App</title>", text)
        return text

    def pages(self, count, user=None):
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda _: self.page(user), range(count)))

    def becomes(self, predicate, user=None, seconds=0.5):
        """The change is live within half a second: from then on the predicate holds."""
        eventually(lambda: predicate(self.page(user)), seconds + 0.5, 0.01, "the new route is live")

    def all_v1(self):
        self.mesh.apply(istio_sample("virtual-service-all-v1.yaml", "all-v1.yaml"))
        self.becomes(lambda page: ANY not in page)

    def test_1_all_v1_shows_no_stars(self):
        self.all_v1()
        pages = self.pages(50)
        self.assertEqual([], [p for p in pages if ANY in p])
        for page in pages:
            for part in ("Book Details", "PublisherA", "Book Reviews", "Reviews served by:"):
                self.assertIn(part, page)

    def test_2_jason_sees_black_stars_others_none(self):
        self.all_v1()
        self.mesh.apply(istio_sample("virtual-service-reviews-test-v2.yaml", "reviews-jason-v2.yaml"))
        self.becomes(lambda page: BLACK in page, "jason")
        self.assertEqual(50, sum(BLACK in p for p in self.pages(50, "jason")))
        self.assertEqual(0, sum(ANY in p for p in self.pages(50)))

    def test_3_half_of_the_views_are_red(self):
        self.all_v1()
        self.mesh.apply(istio_sample("virtual-service-reviews-50-v3.yaml", "reviews-50-50.yaml"))
        self.mesh.cli("wait", "--for=synced", "--timeout=5s")
        red = sum(RED in p for p in self.pages(100))
        self.assertTrue(35 <= red <= 65, f"{red} of 100 red")

    def test_4_delay_makes_reviews_unavailable_for_jason_only(self):
        self.all_v1()
        self.mesh.apply(istio_sample("virtual-service-reviews-test-v2.yaml", "reviews-jason-v2.yaml"))
        self.mesh.apply(istio_sample("virtual-service-ratings-test-delay.yaml", "ratings-delay-jason.yaml"))
        self.mesh.cli("wait", "--for=synced", "--timeout=5s")
        started = time.monotonic()
        page = self.page("jason")
        took = time.monotonic() - started
        self.assertIn("Sorry, product reviews are currently unavailable for this book.", page)
        self.assertTrue(5.8 <= took <= 7.0, f"{took:.2f} s")
        started = time.monotonic()
        self.assertNotIn("unavailable", self.page())
        self.assertLess(time.monotonic() - started, 1.0)

    def test_5_abort_makes_ratings_unavailable_for_jason(self):
        self.all_v1()
        self.mesh.apply(istio_sample("virtual-service-reviews-test-v2.yaml", "reviews-jason-v2.yaml"))
        self.mesh.apply(istio_sample("virtual-service-ratings-test-abort.yaml", "ratings-abort-jason.yaml"))
        self.becomes(lambda page: "Ratings service is currently unavailable" in page, "jason")
        self.assertNotIn("Ratings service is currently unavailable", self.page())

    def test_6_records_explain_a_request(self):
        self.all_v1()
        request_id = "11111111-2222-4333-8444-555555555555"
        http_get(self.address, "/productpage", {"x-request-id": request_id})
        text = eventually(lambda: self.mesh.cli("explain", "--request", request_id, check=False).stdout, 5,
                          message="the request is recorded")
        self.assertIn("reviews", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
